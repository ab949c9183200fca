import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { t } from '../i18n';
import { api } from '../app/api';
import { describe } from '../app/faults';
import { useSubmit } from '../app/use-submit';
import { Button } from '../design/button';
import { TextField } from '../design/field';
import { Notice } from '../design/surface';
import { Form, FormPage } from './form-page';

export default function ForgotPassword(): JSX.Element {
  const [email, setEmail] = useState('');
  const [sentTo, setSentTo] = useState<string>();
  const { busy, error, submit } = useSubmit(async () => {
    await api.auth.forgotPassword(email);
    setSentTo(email);
  });
  return (
    <FormPage
      title={t('account.forgotTitle')}
      intro={t('account.forgotIntro')}
      below={<a href="/sign-in">{t('account.backToSignIn')}</a>}
    >
      {sentTo !== undefined && <Notice tone="success">{t('account.linkSent', { email: sentTo })}</Notice>}
      <Form onSubmit={submit}>
        {error !== undefined && <Notice tone="error">{describe(error)}</Notice>}
        <TextField
          label={t('account.email')}
          type="email"
          autocomplete="username"
          autofocus
          maxLength={254}
          value={email}
          onInput={(event) => setEmail(event.currentTarget.value)}
        />
        <Button type="submit" look="primary" wide busy={busy}>
          {t('account.sendLink')}
        </Button>
      </Form>
    </FormPage>
  );
}
