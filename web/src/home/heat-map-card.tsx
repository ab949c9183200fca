// A year day by day: the map, the choice of the year, and the same by month as a table.
import type { JSX } from 'preact';
import type { Heatmap } from '@mindspace/client';
import { formatDuration, formatNumber, t } from '../i18n';
import { LoadFailure } from '../app/load-failure';
import type { Loaded } from '../app/use-loaded';
import { IconButton } from '../design/button';
import { Loading } from '../design/loading';
import { Card } from '../design/surface';
import styles from './heat-map.module.css';
import { HeatMap } from './heat-map';
import { Figures } from './figures';
import { monthName } from './texts';

// No session can be older.
const firstYear = 2000;

interface YearChoiceProps {
  year: number;
  last: number;
  onChange: (year: number) => void;
}

function YearChoice({ year, last, onChange }: YearChoiceProps): JSX.Element {
  const step = (by: number) => {
    const next = year + by;
    const isPossible = next >= firstYear && next <= last;
    return { 'aria-disabled': !isPossible || undefined, onClick: () => isPossible && onChange(next) };
  };
  return (
    <div class={styles['years']}>
      <IconButton icon="back" label={t('home.previousYear')} {...step(-1)} />
      <span aria-live="polite">{formatNumber(year, { useGrouping: false })}</span>
      <IconButton icon="forward" label={t('home.nextYear')} {...step(1)} />
    </div>
  );
}

interface Day {
  date: string;
  seconds: number;
}

/** The months of a year with their days of meditation and their time. */
export function byMonth(days: readonly Day[]): { month: string; count: number; seconds: number }[] {
  const months = new Map<string, { month: string; count: number; seconds: number }>();
  for (const { date, seconds } of days) {
    const month = date.slice(0, 7);
    const sums = months.get(month) ?? { month, count: 0, seconds: 0 };
    months.set(month, { month, count: sums.count + (seconds > 0 ? 1 : 0), seconds: sums.seconds + seconds });
  }
  return [...months.values()];
}

interface HeatMapCardProps {
  today: string;
  year: number;
  onYear: (year: number) => void;
  heatMap: Loaded<Heatmap>;
}

export function HeatMapCard({ today, year, onYear, heatMap }: HeatMapCardProps): JSX.Element {
  const { data, error, loading, reload } = heatMap;
  const past = data?.days.filter(({ date }) => date <= today) ?? [];
  const months = byMonth(past);
  const seconds = months.reduce((sum, month) => sum + month.seconds, 0);
  const count = months.reduce((sum, month) => sum + month.count, 0);
  return (
    <Card
      title={t('home.year')}
      intro={data && t('home.yearTotal', { count, duration: formatDuration(seconds) })}
      actions={<YearChoice year={year} last={Number(today.slice(0, 4))} onChange={onYear} />}
    >
      {error !== undefined && <LoadFailure error={error} onRetry={reload} />}
      {!data && error === undefined && (
        <div class={styles['pending']}>
          <Loading />
        </div>
      )}
      {data && (
        <figure class={styles['figure']} aria-busy={loading} aria-label={t('home.yearOf', { year: String(data.year) })}>
          <HeatMap key={data.year} days={data.days} today={today} />
          <Figures
            columns={[t('home.month'), t('home.dayCount'), t('home.time')]}
            rows={months.map((month) => [
              monthName(month.month),
              formatNumber(month.count),
              formatDuration(month.seconds),
            ])}
          />
        </figure>
      )}
    </Card>
  );
}
