// Calculation with calendar dates (`2026-11-23`), which have no time zone.

const dayMs = 86_400_000;

function numberOf(date: string): number {
  return Date.parse(`${date}T00:00:00Z`) / dayMs;
}

function dateOf(day: number): string {
  return new Date(day * dayMs).toISOString().slice(0, 10);
}

export function addDays(date: string, days: number): string {
  return dateOf(numberOf(date) + days);
}

/** 1 for Monday to 7 for Sunday. */
export function weekdayOf(date: string): number {
  // Day 0 was a Thursday.
  return ((((numberOf(date) + 3) % 7) + 7) % 7) + 1;
}

/** The first day of the date's week, where weeks begin with `firstWeekday`. */
export function startOfWeek(date: string, firstWeekday: number): string {
  return addDays(date, -((weekdayOf(date) - firstWeekday + 7) % 7));
}

/** The first day of the month that is so many months later. */
export function startOfMonth(date: string, months = 0): string {
  const [year = 0, month = 1] = date.split('-').map(Number);
  return new Date(Date.UTC(year, month - 1 + months, 1)).toISOString().slice(0, 10);
}

function newFormat(timezone: string | undefined): Intl.DateTimeFormat {
  const options = { year: 'numeric', month: '2-digit', day: '2-digit' } as const;
  try {
    return new Intl.DateTimeFormat('en-u-ca-gregory', { ...options, timeZone: timezone });
  } catch {
    // A zone that this browser does not know.
    return new Intl.DateTimeFormat('en-u-ca-gregory', options);
  }
}

// It is costly to create, and pages ask for the date each time they are rendered.
let format: { timezone: string | undefined; value: Intl.DateTimeFormat } | undefined;

/** The date in a zone, for a user whose day begins at `dayStartHour`. */
export function calendarDate(now: number, timezone: string | undefined, dayStartHour: number): string {
  if (format?.timezone !== timezone || !format) format = { timezone, value: newFormat(timezone) };
  const parts = format.value.formatToParts(new Date(now - dayStartHour * 3_600_000));
  const { year, month, day } = Object.fromEntries(parts.map(({ type, value }) => [type, value]));
  return `${year}-${month}-${day}`;
}

/** Days in weeks of seven, with undefined where a week begins before the first day or ends after the last one. */
export function inWeeks<Day extends { date: string }>(
  days: readonly Day[],
  firstWeekday: number,
): (Day | undefined)[][] {
  const first = days[0];
  if (!first) return [];
  const lead = (weekdayOf(first.date) - firstWeekday + 7) % 7;
  const weeks = Math.ceil((lead + days.length) / 7);
  return Array.from({ length: weeks }, (_, week) =>
    Array.from({ length: 7 }, (_, weekday) => days[week * 7 + weekday - lead]),
  );
}
