import type { JSX } from 'preact';
import { useLocation } from 'preact-iso';
import { useState } from 'preact/hooks';
import { isProblem } from '@mindspace/client';
import { t } from '../i18n';
import { api } from '../app/api';
import { describe } from '../app/faults';
import { notify } from '../app/notices';
import { useSubmit } from '../app/use-submit';
import { Button } from '../design/button';
import { Dialog } from '../design/dialog';
import { PasswordField } from '../design/field';
import { Card, Notice, Row } from '../design/surface';
import { Form } from './form-page';
import { accountProblems } from './problem-messages';

export function DeleteAccount(): JSX.Element {
  const { route } = useLocation();
  const [open, setOpen] = useState(false);
  const [password, setPassword] = useState('');
  const { busy, error, submit } = useSubmit(async () => {
    await api.auth.deleteAccount(password);
    notify('success', t('account.deleted'));
    route('/', true);
  });
  const isWrong = isProblem(error, 'wrong_password');
  return (
    <Card title={t('account.delete')} intro={t('account.deleteIntro')} look="danger">
      <Row>
        <Button look="danger" icon="trash" onClick={() => setOpen(true)}>
          {t('account.delete')}
        </Button>
      </Row>
      <Dialog title={t('account.deleteTitle')} open={open} onClose={() => setOpen(false)}>
        <p>{t('account.deleteWarning')}</p>
        <Form onSubmit={submit}>
          {error !== undefined && !isWrong && <Notice tone="error">{describe(error, accountProblems)}</Notice>}
          <PasswordField
            label={t('account.password')}
            autocomplete="current-password"
            value={password}
            fault={isWrong ? t('account.wrongPassword') : undefined}
            onInput={(event) => setPassword(event.currentTarget.value)}
          />
          <Row end>
            <Button look="quiet" onClick={() => setOpen(false)}>
              {t('app.cancel')}
            </Button>
            <Button type="submit" look="danger" busy={busy}>
              {t('account.deleteConfirm')}
            </Button>
          </Row>
        </Form>
      </Dialog>
    </Card>
  );
}
