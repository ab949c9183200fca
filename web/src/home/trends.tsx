// Weeks and months as bars.
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { DailyAnalytics } from '@mindspace/client';
import { formatCalendarDate, t } from '../i18n';
import { api } from '../app/api';
import { LoadFailure } from '../app/load-failure';
import { useLoaded } from '../app/use-loaded';
import { Choices } from '../design/choices';
import { Loading } from '../design/loading';
import { Card } from '../design/surface';
import { BarChart, type Bar } from './bar-chart';
import { addDays, startOfMonth } from './calendar';
import styles from './dashboard.module.css';
import { monthName, weekName } from './texts';

type Days = DailyAnalytics['items'];

/** Including the one that has not ended. */
export const weeksShown = 12;
const monthsShown = 12;

/** The server's weeks begin on Mondays; the reader's are sums of days. */
function weeklyBars(days: Days): Bar[] {
  return Array.from({ length: days.length / 7 }, (_, index) => days.slice(index * 7, index * 7 + 7)).map((week) => {
    const from = week[0]?.date ?? '';
    const to = week.at(-1)?.date ?? '';
    return {
      from,
      to,
      label: formatCalendarDate(from, { day: 'numeric', month: 'short' }),
      name: weekName(from, to),
      sessions: week.reduce((sum, { sessions }) => sum + sessions, 0),
      seconds: week.reduce((sum, { seconds }) => sum + seconds, 0),
    };
  });
}

function Months({ today }: { today: string }): JSX.Element {
  const { data, error, reload } = useLoaded(
    (signal) => api.analytics.monthly({ from: startOfMonth(today, 1 - monthsShown), to: today }, { signal }),
    today,
  );
  if (!data) return error === undefined ? <Loading /> : <LoadFailure error={error} onRetry={reload} />;
  const bars = data.items.map(({ month, sessions, seconds }) => {
    const from = `${month}-01`;
    return {
      from,
      to: addDays(startOfMonth(from, 1), -1),
      label: formatCalendarDate(from, { month: 'short' }),
      name: monthName(month),
      sessions,
      seconds,
    };
  });
  return <BarChart label={t('home.byMonth')} periodLabel={t('home.month')} bars={bars} />;
}

export function Trends({ days, today }: { days: Days; today: string }): JSX.Element {
  const [unit, setUnit] = useState<'weeks' | 'months'>('weeks');
  return (
    <Card
      title={t('home.trends')}
      actions={
        <div class={styles['periods']}>
          <Choices
            legend={t('home.periods')}
            hideLegend
            look="segments"
            options={[
              { value: 'weeks', text: t('home.byWeek') },
              { value: 'months', text: t('home.byMonth') },
            ]}
            value={unit}
            onChange={setUnit}
          />
        </div>
      }
    >
      {unit === 'weeks' ? (
        <BarChart label={t('home.byWeek')} periodLabel={t('home.week')} bars={weeklyBars(days)} />
      ) : (
        <Months today={today} />
      )}
    </Card>
  );
}
