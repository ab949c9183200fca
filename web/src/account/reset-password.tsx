// The page behind the link of a reset mail.
import type { JSX } from 'preact';
import { useLocation } from 'preact-iso';
import { useState } from 'preact/hooks';
import { isProblem } from '@mindspace/client';
import { t } from '../i18n';
import { api } from '../app/api';
import { describe, fieldFault } from '../app/faults';
import { notify } from '../app/notices';
import { useSubmit } from '../app/use-submit';
import { Button, LinkButton } from '../design/button';
import { PasswordField } from '../design/field';
import { Notice } from '../design/surface';
import { Form, FormPage } from './form-page';
import { useLinkToken } from './link-token';
import { accountProblems, passwordFaults } from './problem-messages';

export default function ResetPassword(): JSX.Element {
  const { route } = useLocation();
  const token = useLinkToken();
  const [newPassword, setNewPassword] = useState('');
  const { busy, error, submit } = useSubmit(async () => {
    await api.auth.resetPassword(token ?? '', newPassword);
    notify('success', t('account.passwordSet'));
    route('/sign-in', true);
  });
  if (!token || isProblem(error, 'invalid_token')) {
    return (
      <FormPage title={t('account.resetTitle')}>
        <Notice tone="error">{t('account.linkInvalid')}</Notice>
        <LinkButton href="/forgot-password" look="primary">
          {t('account.requestNewLink')}
        </LinkButton>
      </FormPage>
    );
  }
  return (
    <FormPage title={t('account.resetTitle')} intro={t('account.resetIntro')}>
      <Form onSubmit={submit}>
        {error !== undefined && <Notice tone="error">{describe(error, accountProblems)}</Notice>}
        <PasswordField
          label={t('account.newPassword')}
          hint={t('account.passwordHint')}
          autocomplete="new-password"
          autofocus
          minLength={8}
          value={newPassword}
          fault={fieldFault(error, 'newPassword', passwordFaults)}
          onInput={(event) => setNewPassword(event.currentTarget.value)}
        />
        <Button type="submit" look="primary" wide busy={busy}>
          {t('account.setPassword')}
        </Button>
      </Form>
    </FormPage>
  );
}
