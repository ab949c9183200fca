// How others are invited: a link to copy or to hand to another app, and the same as a QR code.
import type { JSX } from 'preact';
import { useId, useState } from 'preact/hooks';
import type { Group } from '@mindspace/client';
import { t } from '../i18n';
import { notify } from '../app/notices';
import { Button } from '../design/button';
import { Dialog } from '../design/dialog';
import { shareUrl } from './group-link';
import styles from './invite.module.css';
import { QrCode } from './qr-code';

async function copy(url: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(url);
    notify('success', t('groups.copied'));
  } catch {
    // Forbidden, or a page without TLS: the field has it.
    notify('info', t('groups.notCopied'));
  }
}

function share(title: string, url: string): void {
  // The user may change their mind, which is no fault.
  navigator.share({ title, url }).catch(() => undefined);
}

function Ways({ group }: { group: Group }): JSX.Element {
  const id = useId();
  const url = shareUrl(group.id);
  return (
    <div class={styles['ways']}>
      <QrCode text={url} label={t('groups.qrCode', { url })} />
      <label class="visually-hidden" for={id}>
        {t('groups.link')}
      </label>
      <input id={id} class={styles['link']} readOnly value={url} onFocus={(event) => event.currentTarget.select()} />
      <div class={styles['buttons']}>
        <Button look="primary" onClick={() => void copy(url)}>
          {t('groups.copy')}
        </Button>
        {'share' in navigator && (
          <Button icon="share" onClick={() => share(group.title, url)}>
            {t('groups.share')}
          </Button>
        )}
      </div>
    </div>
  );
}

export function Invite({ group }: { group: Group }): JSX.Element {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button icon="share" onClick={() => setOpen(true)}>
        {t('groups.invite')}
      </Button>
      <Dialog
        title={t('groups.inviteTo', { title: group.title })}
        open={open}
        onClose={() => setOpen(false)}
        actions={
          <Button look="quiet" onClick={() => setOpen(false)}>
            {t('app.close')}
          </Button>
        }
      >
        <Ways group={group} />
      </Dialog>
    </>
  );
}
