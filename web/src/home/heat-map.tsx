// The days of a year as a grid: a column for each week, a row for each weekday. It has the focus as a whole, and the arrow keys
// move between its days: as WAI-ARIA's grid with `aria-activedescendant`, because 365 small links would be 365 stops.
import type { JSX } from 'preact';
import { useLocation } from 'preact-iso';
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import type { Heatmap } from '@mindspace/client';
import { firstWeekday, formatCalendarDate, t } from '../i18n';
import { inWeeks } from './calendar';
import { nextDay } from './heat-map-keys';
import styles from './heat-map.module.css';
import { dayText, historyOf } from './texts';

type Day = Heatmap['days'][number];

const levels = [0, 1, 2, 3, 4] as const;

/** Scrolls the box sideways until the element is in it; the page stays where it is. */
function reveal(box: Element | null | undefined, element: Element | null | undefined): void {
  if (!box || !element) return;
  const [outer, inner] = [box.getBoundingClientRect(), element.getBoundingClientRect()];
  if (inner.right > outer.right) box.scrollLeft += inner.right - outer.right;
  if (inner.left < outer.left) box.scrollLeft -= outer.left - inner.left;
}

interface HeatMapProps {
  days: readonly Day[];
  today: string;
}

export function HeatMap({ days, today }: HeatMapProps): JSX.Element {
  const id = useId();
  const { route } = useLocation();
  const grid = useRef<HTMLDivElement>(null);
  const first = days[0]?.date ?? today;
  const yearEnd = days.at(-1)?.date ?? today;
  const last = yearEnd < today ? yearEnd : today;
  const [chosen, setChosen] = useState(last);
  const [hovered, setHovered] = useState<string>();
  const weeks = inWeeks(days, firstWeekday());
  const described = days.find(({ date }) => date === (hovered ?? chosen));

  // On a phone the year is wider than the screen.
  useEffect(() => {
    reveal(grid.current?.parentElement, grid.current?.querySelector(`[data-date="${chosen}"]`));
  }, [chosen]);

  const choose = (date: string) => {
    setChosen(date < first ? first : date > last ? last : date);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === 'Enter') return route(historyOf(chosen, chosen));
    const next = nextDay(event.key, chosen, document.documentElement.dir === 'rtl');
    if (next === undefined) return;
    event.preventDefault();
    setHovered(undefined);
    choose(next);
  };
  const dateAt = (event: Event) => (event.target as Element).closest<HTMLElement>('[data-date]')?.dataset['date'];

  return (
    <>
      <div class={styles['scroll']}>
        <div class={styles['months']} aria-hidden="true">
          {weeks.map((week, index) => {
            const start = week.find((day) => day?.date.endsWith('-01'));
            return (
              start && (
                <span key={start.date} style={{ gridColumnStart: index + 1 }}>
                  {formatCalendarDate(start.date, { month: 'short' })}
                </span>
              )
            );
          })}
        </div>
        <div
          ref={grid}
          class={styles['grid']}
          role="grid"
          tabIndex={0}
          aria-label={t('home.heatMap')}
          aria-describedby={`${id}-hint`}
          aria-activedescendant={`${id}-${chosen}`}
          aria-readonly="true"
          onKeyDown={onKeyDown}
          onPointerOver={(event) => setHovered(dateAt(event))}
          onPointerLeave={() => setHovered(undefined)}
          onClick={(event) => {
            const date = dateAt(event);
            if (date && date <= last) route(historyOf(date, date));
          }}
        >
          {[0, 1, 2, 3, 4, 5, 6].map((weekday) => (
            <div key={weekday} role="row" class={styles['row']}>
              {weeks.map((week, index) => {
                const day = week[weekday];
                return day ? (
                  <span
                    key={day.date}
                    id={`${id}-${day.date}`}
                    role="gridcell"
                    aria-label={dayText(day)}
                    aria-selected={day.date === chosen}
                    data-date={day.date}
                    data-level={day.date > last ? undefined : day.level}
                    class={day.date === chosen ? `${styles['day']} ${styles['chosen']}` : styles['day']}
                    style={{ gridColumnStart: index + 1 }}
                  />
                ) : null;
              })}
            </div>
          ))}
        </div>
      </div>
      <div class={styles['foot']}>
        <p aria-hidden="true">{described && dayText(described)}</p>
        <p class={styles['scale']} aria-hidden="true">
          {t('home.less')}
          {levels.map((level) => (
            <span key={level} class={styles['day']} data-level={level} />
          ))}
          {t('home.more')}
        </p>
      </div>
      <p id={`${id}-hint`} class="visually-hidden">
        {t('home.heatMapHint')}
      </p>
    </>
  );
}
