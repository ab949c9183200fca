import type { JSX } from 'preact';
import { useLocation } from 'preact-iso';
import { useState } from 'preact/hooks';
import { formatLocale, t } from '../i18n';
import { api } from '../app/api';
import { describe, fieldFault } from '../app/faults';
import { acceptProfile } from '../app/session';
import { useSubmit } from '../app/use-submit';
import { Button } from '../design/button';
import { PasswordField, TextField } from '../design/field';
import { Notice } from '../design/surface';
import { Form, FormPage } from './form-page';
import { accountProblems, emailFaults, passwordFaults } from './problem-messages';
import { deviceTimeZone } from './time-zones';

export default function SignUp(): JSX.Element {
  const { query } = useLocation();
  const [displayName, setDisplayName] = useState('');
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const { busy, error, submit } = useSubmit(async () => {
    const registration = { email, password, displayName, timezone: deviceTimeZone(), locale: formatLocale.value };
    acceptProfile(await api.auth.register(registration));
  });
  const next = query['next'] ? `?next=${encodeURIComponent(query['next'])}` : '';
  return (
    <FormPage
      title={t('account.signUpTitle')}
      intro={t('account.signUpIntro')}
      below={
        <>
          {t('account.haveAccount')} <a href={`/sign-in${next}`}>{t('app.signIn')}</a>
        </>
      }
    >
      <Form onSubmit={submit}>
        {error !== undefined && <Notice tone="error">{describe(error, accountProblems)}</Notice>}
        <TextField
          label={t('account.displayName')}
          hint={t('account.displayNameHint')}
          autocomplete="name"
          autofocus
          maxLength={64}
          value={displayName}
          fault={fieldFault(error, 'displayName')}
          onInput={(event) => setDisplayName(event.currentTarget.value)}
        />
        <TextField
          label={t('account.email')}
          type="email"
          autocomplete="username"
          maxLength={254}
          value={email}
          fault={fieldFault(error, 'email', emailFaults)}
          onInput={(event) => setEmail(event.currentTarget.value)}
        />
        <PasswordField
          label={t('account.password')}
          hint={t('account.passwordHint')}
          autocomplete="new-password"
          minLength={8}
          value={password}
          fault={fieldFault(error, 'password', passwordFaults)}
          onInput={(event) => setPassword(event.currentTarget.value)}
        />
        <Button type="submit" look="primary" wide busy={busy}>
          {t('app.signUp')}
        </Button>
      </Form>
    </FormPage>
  );
}
