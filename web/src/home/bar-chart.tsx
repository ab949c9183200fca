// Durations of periods as bars. Each bar is a link to the sessions of its period, with a name that says everything, so the
// chart needs no keys of its own; the same figures stand in a table below.
import type { JSX } from 'preact';
import { formatDuration, formatNumber, t } from '../i18n';
import styles from './bar-chart.module.css';
import { Figures } from './figures';
import { ticksFor } from './scale';
import { historyOf, periodText } from './texts';

export interface Bar {
  from: string;
  to: string;
  /** Below the bar. */
  label: string;
  /** In full. */
  name: string;
  sessions: number;
  seconds: number;
}

interface BarChartProps {
  label: string;
  /** What a row of the table is. */
  periodLabel: string;
  bars: readonly Bar[];
}

export function BarChart({ label, periodLabel, bars }: BarChartProps): JSX.Element {
  const ticks = ticksFor(Math.max(0, ...bars.map(({ seconds }) => seconds)));
  const top = ticks.at(-1) ?? 1;
  const percent = (seconds: number) => `${(100 * seconds) / top}%`;
  return (
    <figure class={styles['chart']} aria-label={label}>
      <div class={styles['plot']}>
        <div class={styles['axis']} aria-hidden="true">
          {ticks.map((tick) => (
            <span key={tick} class={styles['tick']} style={{ bottom: percent(tick) }}>
              {tick === 0 ? '0' : formatDuration(tick)}
            </span>
          ))}
        </div>
        <div class={styles['lines']} aria-hidden="true">
          {ticks.map((tick) => (
            <span key={tick} style={{ bottom: percent(tick) }} />
          ))}
        </div>
        <ul class={styles['bars']}>
          {bars.map((bar) => {
            const text = periodText(bar.name, bar.seconds);
            return (
              <li key={bar.from}>
                <a class={styles['column']} href={historyOf(bar.from, bar.to)} aria-label={text} title={text}>
                  <span class={styles['bar']} style={{ height: percent(bar.seconds) }} />
                </a>
                <span class={styles['label']} aria-hidden="true">
                  {bar.label}
                </span>
              </li>
            );
          })}
        </ul>
      </div>
      <Figures
        columns={[periodLabel, t('home.sessions'), t('home.time')]}
        rows={bars.map(({ name, sessions, seconds }) => [name, formatNumber(sessions), formatDuration(seconds)])}
      />
    </figure>
  );
}
