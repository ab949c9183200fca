import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { firstWeekday, formatAgo, formatCalendarDate, formatClock, formatDuration } from './format';
import { isRightToLeft, languageOf, preferredLanguage } from './languages';

beforeEach(() => vi.stubGlobal('navigator', { languages: ['en-GB'] }));
afterEach(() => vi.unstubAllGlobals());

describe('formats', () => {
  test('durations in hours and minutes, or seconds below a minute', () => {
    expect(formatDuration(59, 'long')).toBe('59 seconds');
    expect(formatDuration(60, 'long')).toBe('1 minute');
    expect(formatDuration(3600, 'long')).toBe('1 hour');
    expect(formatDuration(5400, 'long')).toBe('1 hour 30 minutes');
    expect(formatDuration(-5, 'long')).toBe('0 seconds');
  });

  test('clocks that end at zero', () => {
    expect([3599.2, 65, 59.9, 0.1, 0, -1].map(formatClock)).toEqual([
      '1:00:00',
      '1:05',
      '1:00',
      '0:01',
      '0:00',
      '0:00',
    ]);
  });

  test('calendar dates as they are, in every time zone', () => {
    expect(formatCalendarDate('2026-11-23')).toBe('23 November 2026');
  });

  test('how long ago something was, in the largest unit', () => {
    const now = Date.parse('2026-11-23T12:00:00Z');
    expect(formatAgo('2026-11-23T11:59:50Z', now)).toBe('this minute');
    expect(formatAgo('2026-11-23T09:00:00Z', now)).toBe('3 hours ago');
    expect(formatAgo('2026-11-22T12:00:00Z', now)).toBe('yesterday');
  });
});

describe('languages', () => {
  test('are the first of the browser’s that we have', () => {
    expect(preferredLanguage(['de-DE', 'ru-RU', 'en-US'])).toBe('ru');
    expect(preferredLanguage(['de-DE'])).toBe('en');
    expect(languageOf('RU')).toBe('ru');
    expect(languageOf('run')).toBeUndefined();
  });

  test('have their first weekday', () => {
    expect([firstWeekday('en-US'), firstWeekday('en-GB'), firstWeekday('ru')]).toEqual([7, 1, 1]);
  });

  test('have their direction', () => {
    expect([isRightToLeft('ar-EG'), isRightToLeft('he'), isRightToLeft('en'), isRightToLeft('arn')]).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });
});
