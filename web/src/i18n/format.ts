// Dates, times and numbers as the reader's locale writes them. Intl's formatters are costly to create, so they are kept.
import { formatLocale } from './languages';

function remembered<Options, Formatter>(create: (locale: string, options: Options) => Formatter) {
  const formatters = new Map<string, Formatter>();
  return (options: Options): Formatter => {
    const key = formatLocale.value + JSON.stringify(options);
    let formatter = formatters.get(key);
    if (!formatter) formatters.set(key, (formatter = create(formatLocale.value, options)));
    return formatter;
  };
}

const dateFormat = remembered(
  (locale, options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(locale, options),
);
const numberFormat = remembered((locale, options: Intl.NumberFormatOptions) => new Intl.NumberFormat(locale, options));
const relativeFormat = remembered(
  (locale, options: Intl.RelativeTimeFormatOptions) => new Intl.RelativeTimeFormat(locale, options),
);

/** `Monday, 23 November 2026`. */
export function formatDate(at: Date | string, options: Intl.DateTimeFormatOptions = { dateStyle: 'full' }): string {
  return dateFormat(options).format(new Date(at));
}

/** `23 Nov 2026, 06:00`. */
export function formatDateTime(at: Date | string): string {
  return dateFormat({ dateStyle: 'medium', timeStyle: 'short' }).format(new Date(at));
}

/** `06:00`. */
export function formatTime(at: Date | string): string {
  return dateFormat({ timeStyle: 'short' }).format(new Date(at));
}

/** What this device's time zone is called: `Central European Standard Time`. */
export function timeZoneName(): string {
  const parts = dateFormat({ timeZoneName: 'long' }).formatToParts(new Date());
  return parts.find(({ type }) => type === 'timeZoneName')?.value ?? '';
}

/** A calendar date (`2026-11-23`), which has no time zone. */
export function formatCalendarDate(
  date: string,
  options: Intl.DateTimeFormatOptions = { day: 'numeric', month: 'long', year: 'numeric' },
): string {
  return dateFormat({ ...options, timeZone: 'UTC' }).format(new Date(`${date}T00:00:00Z`));
}

/** `3 hours ago`, in the largest unit that fits. */
export function formatAgo(at: Date | string, now: number = Date.now()): string {
  const seconds = (new Date(at).getTime() - now) / 1000;
  const units: [Intl.RelativeTimeFormatUnit, number][] = [
    ['year', 31_536_000],
    ['month', 2_592_000],
    ['day', 86_400],
    ['hour', 3600],
    ['minute', 60],
  ];
  const [unit, length] = units.find(([, length]) => Math.abs(seconds) >= length) ?? ['minute', 60];
  return relativeFormat({ numeric: 'auto' }).format(Math.round(seconds / length), unit);
}

export function formatNumber(value: number, options: Intl.NumberFormatOptions = {}): string {
  return numberFormat(options).format(value);
}

function unit(value: number, name: 'hour' | 'minute' | 'second', display: 'long' | 'short'): string {
  return numberFormat({ style: 'unit', unit: name, unitDisplay: display }).format(value);
}

/** `1 hr 20 min`; seconds only below a minute. */
export function formatDuration(seconds: number, display: 'long' | 'short' = 'short'): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return unit(whole, 'second', display);
  const minutes = Math.floor(whole / 60);
  const hours = Math.floor(minutes / 60);
  const parts = [];
  if (hours) parts.push(unit(hours, 'hour', display));
  if (minutes % 60 || !hours) parts.push(unit(minutes % 60, 'minute', display));
  return parts.join(' ');
}

/** `1:05` or `1:00:05`, for clocks that run. */
export function formatClock(seconds: number): string {
  const whole = Math.max(0, Math.ceil(seconds));
  const two = (value: number) => String(value).padStart(2, '0');
  const minutes = Math.floor(whole / 60) % 60;
  const hours = Math.floor(whole / 3600);
  return hours ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}

interface WeekInfo {
  firstDay: number;
}

// For browsers without `getWeekInfo`: where weeks begin on a Sunday (CLDR), of the places that most readers live in.
const sundayFirst = /^(AU|BR|CA|CO|HK|ID|IL|IN|JP|KR|MX|PE|PH|PK|PT|SA|TH|TW|US|ZA)$/;

/** The first day of the week where the reader is: 1 for Monday to 7 for Sunday. */
export function firstWeekday(locale: string = formatLocale.value): number {
  const known = new Intl.Locale(locale).maximize() as Intl.Locale & { getWeekInfo?(): WeekInfo; weekInfo?: WeekInfo };
  const first = (known.getWeekInfo?.() ?? known.weekInfo)?.firstDay;
  return first ?? (sundayFirst.test(known.region ?? '') ? 7 : 1);
}
