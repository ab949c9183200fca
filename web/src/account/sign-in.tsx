import type { JSX } from 'preact';
import { useLocation } from 'preact-iso';
import { useState } from 'preact/hooks';
import { t } from '../i18n';
import { api } from '../app/api';
import { describe, fieldFault } from '../app/faults';
import { acceptProfile } from '../app/session';
import { useSubmit } from '../app/use-submit';
import { Button } from '../design/button';
import { PasswordField, TextField } from '../design/field';
import { Notice } from '../design/surface';
import { deviceName } from './device-name';
import { Form, FormPage } from './form-page';
import { accountProblems } from './problem-messages';

/** Signs in; the guard of this route then leads to where the user wanted to go. */
export default function SignIn(): JSX.Element {
  const { query } = useLocation();
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const { busy, error, submit } = useSubmit(async () => {
    acceptProfile(await api.auth.login({ email, password, deviceName: deviceName() }));
  });
  const next = query['next'] ? `?next=${encodeURIComponent(query['next'])}` : '';
  return (
    <FormPage
      title={t('account.signInTitle')}
      below={
        <>
          {t('account.noAccount')} <a href={`/sign-up${next}`}>{t('app.signUp')}</a>
        </>
      }
    >
      <Form onSubmit={submit}>
        {error !== undefined && <Notice tone="error">{describe(error, accountProblems)}</Notice>}
        <TextField
          label={t('account.email')}
          type="email"
          autocomplete="username"
          autofocus
          maxLength={254}
          value={email}
          fault={fieldFault(error, 'email')}
          onInput={(event) => setEmail(event.currentTarget.value)}
        />
        <PasswordField
          label={t('account.password')}
          autocomplete="current-password"
          value={password}
          onInput={(event) => setPassword(event.currentTarget.value)}
        />
        <Button type="submit" look="primary" wide busy={busy}>
          {t('app.signIn')}
        </Button>
      </Form>
      <a href="/forgot-password">{t('account.forgot')}</a>
    </FormPage>
  );
}
