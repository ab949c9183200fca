import type { JSX } from 'preact';
import { t } from '../i18n';
import { LinkButton } from '../design/button';
import { Notice } from '../design/surface';
import { currentSit } from './current-sit';
import { phaseOf } from './sit';
import { useNow } from './use-now';

/** On other pages: that a sit runs, or waits to be saved, and the way back to it. */
export function SitBanner(): JSX.Element | null {
  const sit = currentSit.value;
  const now = useNow(sit !== undefined, 5_000);
  if (!sit) return null;
  return (
    <Notice
      icon="bell"
      actions={
        <LinkButton href="/sit" size="small">
          {t('timer.return')}
        </LinkButton>
      }
    >
      {t(phaseOf(sit, now) === 'finished' ? 'timer.waitingToSave' : 'timer.running')}
    </Notice>
  );
}
