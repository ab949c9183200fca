// The page behind the link of a verification mail. Opening it changes nothing, as mail scanners open links.
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { t } from '../i18n';
import { api } from '../app/api';
import { describe } from '../app/faults';
import { authState, reloadProfile } from '../app/session';
import { useSubmit } from '../app/use-submit';
import { Button, LinkButton } from '../design/button';
import { Notice } from '../design/surface';
import { Form, FormPage } from './form-page';
import { useLinkToken } from './link-token';
import { accountProblems } from './problem-messages';

export default function VerifyEmail(): JSX.Element {
  const token = useLinkToken();
  const [verified, setVerified] = useState(false);
  const { busy, error, submit } = useSubmit(async () => {
    await api.auth.verifyEmail(token ?? '');
    setVerified(true);
    if (authState.value.status === 'signedIn') await reloadProfile();
  });
  if (verified) {
    return (
      <FormPage title={t('account.verifyTitle')}>
        <Notice tone="success">{t('account.verified')}</Notice>
        <LinkButton href="/" look="primary" wide>
          {t('account.continue')}
        </LinkButton>
      </FormPage>
    );
  }
  return (
    <FormPage title={t('account.verifyTitle')} intro={token && t('account.verifyIntro')}>
      {!token && <Notice tone="error">{t('account.linkInvalid')}</Notice>}
      {token && (
        <Form onSubmit={submit}>
          {error !== undefined && <Notice tone="error">{describe(error, accountProblems)}</Notice>}
          <Button type="submit" look="primary" wide busy={busy}>
            {t('account.verify')}
          </Button>
        </Form>
      )}
    </FormPage>
  );
}
