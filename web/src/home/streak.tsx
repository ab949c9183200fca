import type { JSX } from 'preact';
import type { AnalyticsSummary } from '@mindspace/client';
import { t } from '../i18n';
import { Card } from '../design/surface';
import styles from './dashboard.module.css';

interface StreakProps {
  lengths: AnalyticsSummary['streaks'];
  practisedToday: boolean;
}

/** On how many days in a row the user has meditated. */
export function Streak({ lengths, practisedToday }: StreakProps): JSX.Element {
  const { currentDays, longestDays } = lengths;
  return (
    <Card title={t('home.streak')}>
      <div>
        <p class={styles['figure']}>{t('home.days', { count: currentDays })}</p>
        {currentDays === 0 && <p class={styles['soft']}>{t('home.noStreak')}</p>}
        {currentDays > 0 && !practisedToday && <p class={styles['soft']}>{t('home.streakWaits')}</p>}
        {longestDays > 0 && <p class={styles['soft']}>{t('home.longestStreak', { count: longestDays })}</p>}
      </div>
    </Card>
  );
}
