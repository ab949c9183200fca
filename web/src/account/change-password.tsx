import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { isProblem } from '@mindspace/client';
import { t } from '../i18n';
import { api } from '../app/api';
import { describe, fieldFault } from '../app/faults';
import { notify } from '../app/notices';
import { profile } from '../app/session';
import { useSubmit } from '../app/use-submit';
import { Button } from '../design/button';
import { PasswordField } from '../design/field';
import { Card, Notice, Row } from '../design/surface';
import { Form } from './form-page';
import { accountProblems, passwordFaults } from './problem-messages';

export function ChangePassword(): JSX.Element {
  const [current, setCurrent] = useState('');
  const [next, setNext] = useState('');
  const { busy, error, submit } = useSubmit(async () => {
    await api.auth.changePassword(current, next);
    setCurrent('');
    setNext('');
    notify('success', t('account.passwordChanged'));
  });
  const isWrong = isProblem(error, 'wrong_password');
  return (
    <Card title={t('account.changePassword')} intro={t('account.changePasswordIntro')}>
      <Form onSubmit={submit}>
        {error !== undefined && !isWrong && <Notice tone="error">{describe(error, accountProblems)}</Notice>}
        <input type="text" autocomplete="username" value={profile.value?.email} hidden readOnly />
        <PasswordField
          label={t('account.currentPassword')}
          autocomplete="current-password"
          value={current}
          fault={isWrong ? t('account.wrongPassword') : undefined}
          onInput={(event) => setCurrent(event.currentTarget.value)}
        />
        <PasswordField
          label={t('account.newPassword')}
          hint={t('account.passwordHint')}
          autocomplete="new-password"
          minLength={8}
          value={next}
          fault={fieldFault(error, 'newPassword', passwordFaults)}
          onInput={(event) => setNext(event.currentTarget.value)}
        />
        <Row end>
          <Button type="submit" busy={busy}>
            {t('account.changePassword')}
          </Button>
        </Row>
      </Form>
    </Card>
  );
}
