import type { JSX } from 'preact';
import { t } from '../i18n';
import { Button } from '../design/button';
import { Notice } from '../design/surface';
import { unlockSound } from './audio';

/** The browser lets no sound out yet: a touch is all it needs. */
export function SoundBlocked(): JSX.Element {
  return (
    <Notice
      tone="warning"
      icon="bell"
      actions={
        <Button size="small" onClick={unlockSound}>
          {t('timer.allowSound')}
        </Button>
      }
    >
      {t('timer.soundBlocked')}
    </Notice>
  );
}
