import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { t } from '../i18n';
import { api } from '../app/api';
import { report } from '../app/faults';
import { notify } from '../app/notices';
import { profile } from '../app/session';
import { Button } from '../design/button';
import { Notice } from '../design/surface';

/** Reminds the user to verify their address. */
export function UnverifiedNotice(): JSX.Element | null {
  const [busy, setBusy] = useState(false);
  const user = profile.value;
  if (!user || user.emailVerified) return null;
  const resend = async () => {
    setBusy(true);
    try {
      await api.auth.resendVerification();
      notify('success', t('account.resent'));
    } catch (error) {
      report(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Notice
      icon="mail"
      tone="warning"
      actions={
        <Button look="quiet" size="small" busy={busy} onClick={() => void resend()}>
          {t('account.resend')}
        </Button>
      }
    >
      {t('account.unverified', { email: user.email })}
    </Notice>
  );
}
