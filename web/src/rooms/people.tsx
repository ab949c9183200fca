import type { JSX } from 'preact';
import type { Group, Participant } from '@mindspace/client';
import { t } from '../i18n';
import { Icon } from '../design/icons';
import { Initials } from '../design/initials';
import { Card } from '../design/surface';
import type { Visit } from './current-room';
import { reactionNames, recent } from './reactions-seen';
import styles from './room.module.css';

const mostShown = 24;

/** The user first, then the host, then the others as they came. */
function ordered(participants: readonly Participant[], group: Group, selfId: string | undefined): Participant[] {
  const rank = ({ id }: Participant) => (id === selfId ? 0 : id === group.host.id ? 1 : 2);
  return [...participants].sort((a, b) => rank(a) - rank(b) || a.joinedAt - b.joinedAt);
}

/** Who is here: all of them, or in a large room some and how many more. */
export function People({ visit, group }: { visit: Visit; group: Group }): JSX.Element {
  const { participants, participantCount, self } = visit.state;
  const shown = ordered(participants, group, self?.id).slice(0, mostShown);
  const reacting = new Map(recent(visit.reactions, Date.now()).map(({ from, kind }) => [from, kind]));
  const remarkOf = ({ id }: Participant) =>
    [id === self?.id && t('room.you'), id === group.host.id && t('room.host')].filter(Boolean).join(', ');
  return (
    <Card title={t('groups.here', { count: participantCount })}>
      <ul class={styles['people']}>
        {shown.map((participant) => {
          const reaction = reacting.get(participant.id);
          return (
            <li key={participant.id} class={styles['person']}>
              <Initials name={participant.displayName} />
              <span class={styles['name']}>
                <bdi>{participant.displayName}</bdi> <span class={styles['remark']}>{remarkOf(participant)}</span>
              </span>
              {reaction && (
                <span class={styles['reaction']}>
                  <Icon name={reaction} />
                  <span class="visually-hidden">{t(reactionNames[reaction])}</span>
                </span>
              )}
            </li>
          );
        })}
      </ul>
      {participantCount > shown.length && <p>{t('room.more', { count: participantCount - shown.length })}</p>}
    </Card>
  );
}
