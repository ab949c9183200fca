import type { JSX } from 'preact';
import type { AnalyticsSummary } from '@mindspace/client';
import { formatDuration, t } from '../i18n';
import { Card } from '../design/surface';
import styles from './dashboard.module.css';

const radius = 44;
const circumference = 2 * Math.PI * radius;

/** What has been done of the day's goal. */
export function Today({ progress }: { progress: AnalyticsSummary['today'] }): JSX.Element {
  const { seconds, goalSeconds, goalReached } = progress;
  const share = Math.min(1, seconds / Math.max(1, goalSeconds));
  return (
    <Card title={t('home.today')}>
      <div class={styles['today']}>
        <svg class={styles['ring']} viewBox="0 0 100 100" aria-hidden="true">
          <circle cx="50" cy="50" r={radius} />
          {share > 0 && (
            <circle
              class={styles['done']}
              cx="50"
              cy="50"
              r={radius}
              stroke-dasharray={`${share * circumference} ${circumference}`}
            />
          )}
        </svg>
        <div>
          <p class={styles['figure']}>{formatDuration(seconds)}</p>
          <p class={styles['soft']}>{t('home.ofGoal', { goal: formatDuration(goalSeconds) })}</p>
          {goalReached && <p class={styles['soft']}>{t('home.goalReached')}</p>}
        </div>
      </div>
    </Card>
  );
}
