import type { JSX } from 'preact';
import type { AnalyticsSummary, UserStats } from '@mindspace/client';
import { formatCalendarDate, formatDate, formatDuration, formatNumber, formatTime, t, type MessageKey } from '../i18n';
import { Card } from '../design/surface';
import { kindName } from '../timer/kinds';
import styles from './dashboard.module.css';

const kinds: Readonly<Record<string, MessageKey>> = {
  sessions: 'home.sessionCount',
  hours: 'home.hourCount',
  streakDays: 'home.daysInARow',
};

const shown = 6;

interface MilestonesProps {
  stats: UserStats;
  summary: AnalyticsSummary;
}

function hourText(hour: number | undefined): string | undefined {
  return hour === undefined ? undefined : formatTime(new Date(2026, 0, 1, hour));
}

function Facts({ stats, summary }: MilestonesProps): JSX.Element {
  const { bestDay, favouriteKind, favouriteHour } = summary;
  const facts: [MessageKey, string | undefined][] = [
    ['home.total', formatDuration(stats.totalSeconds)],
    ['home.sessions', formatNumber(stats.totalSessions)],
    ['home.average', formatDuration(stats.averageSeconds)],
    ['home.bestDay', bestDay ? `${formatCalendarDate(bestDay.date)}, ${formatDuration(bestDay.seconds)}` : undefined],
    ['home.favouriteKind', favouriteKind ? kindName(favouriteKind) : undefined],
    ['home.favouriteHour', hourText(favouriteHour ?? undefined)],
  ];
  return (
    <dl class={styles['facts']}>
      {facts.map(
        ([name, value]) =>
          value !== undefined && (
            <div key={name}>
              <dt class={styles['soft']}>{t(name)}</dt>
              <dd>{value}</dd>
            </div>
          ),
      )}
    </dl>
  );
}

/** What the user has reached, the newest first, and what their practice looks like. */
export function Milestones({ stats, summary }: MilestonesProps): JSX.Element {
  // A newer server may have further kinds.
  const known = stats.milestones.flatMap((milestone) => {
    const message = kinds[milestone.kind];
    return message ? [{ ...milestone, text: t(message, { count: milestone.value }) }] : [];
  });
  const newest = known.sort((a, b) => b.reachedAt.localeCompare(a.reachedAt)).slice(0, shown);
  return (
    <Card title={t('home.milestones')}>
      {newest.length > 0 && (
        <ul class={styles['milestones']}>
          {newest.map(({ kind, value, text, reachedAt }) => (
            <li key={`${kind} ${value}`}>
              <p class={styles['milestone']}>{text}</p>
              <p class={styles['soft']}>{formatDate(reachedAt, { dateStyle: 'medium' })}</p>
            </li>
          ))}
        </ul>
      )}
      <Facts stats={stats} summary={summary} />
    </Card>
  );
}
