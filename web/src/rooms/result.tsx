// After the end: how long all sat, and the user's own session.
import type { JSX } from 'preact';
import { formatDuration, t } from '../i18n';
import { LinkButton } from '../design/button';
import { Initials } from '../design/initials';
import { Card, Page, Row, Stack } from '../design/surface';
import { resultsOf } from './attendance';
import type { Visit } from './current-room';
import { OwnSession } from './own-session';
import styles from './room.module.css';

const mostShown = 100;

export function Result({ visit }: { visit: Visit }): JSX.Element {
  const { state, seen, most, groupId } = visit;
  const { startsAt = 0, endsAt = 0, self, endReason } = state;
  const results = resultsOf(seen, startsAt, endsAt);
  const shown = results.slice(0, mostShown);
  const count = Math.max(most, results.length);
  const own = results.find(({ participant }) => participant.id === self?.id);
  const duration = formatDuration((endsAt - startsAt) / 1000, 'long');
  return (
    <Page
      title={t('timer.finished')}
      intro={
        <>
          {t('room.satTogether', { count, duration })} {endReason === 'host' && t('room.endedByHost')}
        </>
      }
      width="text"
    >
      <Stack gap={4}>
        <OwnSession groupId={groupId} seconds={own?.seconds} />
        <Card title={t('room.everyone')}>
          <ul class={styles['people']}>
            {shown.map(({ participant, seconds }) => (
              <li key={participant.id} class={styles['person']}>
                <Initials name={participant.displayName} />
                <span class={styles['name']}>
                  <bdi>{participant.displayName}</bdi>
                </span>
                <span class={styles['remark']}>{formatDuration(seconds)}</span>
              </li>
            ))}
          </ul>
          {count > shown.length && <p>{t('room.more', { count: count - shown.length })}</p>}
        </Card>
        <Row>
          <LinkButton href="/groups">{t('groups.toList')}</LinkButton>
        </Row>
      </Stack>
    </Page>
  );
}
