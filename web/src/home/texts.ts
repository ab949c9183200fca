// Sentences about periods, for charts and those who cannot see them.
import { formatCalendarDate, formatDuration, formatLocale, t } from '../i18n';

interface Period {
  seconds: number;
}

/** Some languages write weekdays and months with small letters, but not where a text begins. */
function capitalized(text: string): string {
  const [first = ''] = text;
  return first.toLocaleUpperCase(formatLocale.value) + text.slice(first.length);
}

/** `Monday 23 November 2026: 20 min`. */
export function dayText({ date, seconds }: Period & { date: string }): string {
  return periodText(
    formatCalendarDate(date, { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' }),
    seconds,
  );
}

export function periodText(name: string, seconds: number): string {
  return t('home.period', {
    name: capitalized(name),
    time: seconds > 0 ? formatDuration(seconds, 'long') : t('home.nothing'),
  });
}

/** `23 Nov – 29 Nov 2026`. */
export function weekName(from: string, to: string): string {
  const day = { day: 'numeric', month: 'short' } as const;
  return t('home.fromTo', {
    from: formatCalendarDate(from, day),
    to: formatCalendarDate(to, { ...day, year: 'numeric' }),
  });
}

/** `November 2026`. */
export function monthName(month: string): string {
  return capitalized(formatCalendarDate(`${month.slice(0, 7)}-01`, { month: 'long', year: 'numeric' }));
}

/** The page of the history with the sessions of these days. */
export function historyOf(from: string, to: string): string {
  return `/history?from=${from}&to=${to}`;
}
