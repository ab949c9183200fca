import type { JSX } from 'preact';
import type { ReactionKind } from '@mindspace/client';
import { formatNumber, t } from '../i18n';
import { notify } from '../app/notices';
import { Icon } from '../design/icons';
import type { Visit } from './current-room';
import { countsOf, reactionKinds, reactionNames, recent } from './reactions-seen';
import styles from './room.module.css';

/** What can be said without words, and what others have said in the last seconds. */
export function ReactionBar({ visit }: { visit: Visit }): JSX.Element {
  const counts = countsOf(recent(visit.reactions, Date.now()));
  const react = (kind: ReactionKind) => {
    if (!visit.room.react(kind)) notify('warning', t('room.notSent'));
  };
  return (
    <div class={styles['reactions']} role="group" aria-label={t('room.reactions')}>
      {reactionKinds.map((kind) => (
        <button key={kind} type="button" class={styles['react']} onClick={() => react(kind)}>
          <span class={styles['sign']}>
            <Icon name={kind} size={24} />
            {counts[kind] && <span class={styles['received']}>{formatNumber(counts[kind])}</span>}
          </span>
          <span>{t(reactionNames[kind])}</span>
        </button>
      ))}
    </div>
  );
}
