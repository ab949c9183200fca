import { describe, expect, test } from 'vitest';
import { addDays, calendarDate, inWeeks, startOfMonth, startOfWeek, weekdayOf } from './calendar';

describe('calendar dates', () => {
  test('move over the ends of months and years, and over leap days', () => {
    expect(addDays('2026-12-31', 1)).toBe('2027-01-01');
    expect(addDays('2024-03-01', -1)).toBe('2024-02-29');
    expect(addDays('1969-12-31', 2)).toBe('1970-01-02');
  });

  test('have a weekday', () => {
    expect(weekdayOf('2026-11-30')).toBe(1);
    expect(weekdayOf('2026-11-29')).toBe(7);
    expect(weekdayOf('1969-12-31')).toBe(3);
  });

  test.each([
    [1, '2026-11-23'],
    [6, '2026-11-28'],
    [7, '2026-11-29'],
  ])('are in a week that begins with day %i', (firstWeekday, start) => {
    expect(startOfWeek('2026-11-29', firstWeekday)).toBe(start);
  });

  test('are in a month', () => {
    expect(startOfMonth('2026-11-30')).toBe('2026-11-01');
    expect(startOfMonth('2026-03-31', -4)).toBe('2025-11-01');
    expect(startOfMonth('2026-12-31', 1)).toBe('2027-01-01');
  });

  test('depend on the zone, and on when a day begins', () => {
    const now = Date.parse('2026-11-30T23:30:00Z');
    expect(calendarDate(now, 'UTC', 0)).toBe('2026-11-30');
    expect(calendarDate(now, 'Asia/Tokyo', 0)).toBe('2026-12-01');
    expect(calendarDate(now, 'Europe/Berlin', 3)).toBe('2026-11-30');
    expect(calendarDate(now, 'Mars/Olympus', 0)).toMatch(/^2026-1[12]-/);
  });

  test('of a year fill whole weeks', () => {
    const days = Array.from({ length: 365 }, (_, day) => ({ date: addDays('2026-01-01', day) }));
    const weeks = inWeeks(days, 1);
    expect(weeks).toHaveLength(53);
    // 1 January 2026 is a Thursday, and so is 31 December.
    expect(weeks[0]?.map((day) => day?.date)).toEqual([
      ...[undefined, undefined, undefined],
      ...['2026-01-01', '2026-01-02', '2026-01-03', '2026-01-04'],
    ]);
    expect(weeks.at(-1)?.filter(Boolean)).toHaveLength(4);
    expect(inWeeks(days, 4)[0]?.[0]?.date).toBe('2026-01-01');
    expect(inWeeks([], 1)).toEqual([]);
  });
});
