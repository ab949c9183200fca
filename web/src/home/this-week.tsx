import type { JSX } from 'preact';
import type { DailyAnalytics } from '@mindspace/client';
import { formatCalendarDate, formatDuration, t } from '../i18n';
import { Icon } from '../design/icons';
import { Card } from '../design/surface';
import styles from './dashboard.module.css';
import { dayText } from './texts';

type Day = DailyAnalytics['items'][number];

function classesOf(day: Day, today: string): string {
  return [
    day.seconds > 0 && styles['practised'],
    day.date > today && styles['future'],
    day.date === today && styles['current'],
  ]
    .filter(Boolean)
    .join(' ');
}

/** The days of the reader's week, and its time compared with the week before. */
export function ThisWeek({ days, today }: { days: readonly Day[]; today: string }): JSX.Element {
  const sum = (some: readonly Day[]) => some.reduce((seconds, day) => seconds + day.seconds, 0);
  const week = days.slice(-7);
  return (
    <Card title={t('home.thisWeek')}>
      <div>
        <p class={styles['figure']}>{formatDuration(sum(week))}</p>
        <p class={styles['soft']}>{t('home.lastWeek', { duration: formatDuration(sum(days.slice(-14, -7))) })}</p>
      </div>
      <ul class={styles['days']}>
        {week.map((day) => (
          <li key={day.date} class={classesOf(day, today)} aria-current={day.date === today ? 'date' : undefined}>
            <span class={styles['dot']} aria-hidden="true">
              {day.seconds > 0 && <Icon name="check" size={16} />}
            </span>
            <span aria-hidden="true">{formatCalendarDate(day.date, { weekday: 'short' })}</span>
            <span class="visually-hidden">{dayText(day)}</span>
          </li>
        ))}
      </ul>
    </Card>
  );
}
