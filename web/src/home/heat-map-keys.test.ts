import { expect, test } from 'vitest';
import { nextDay } from './heat-map-keys';

test.each([
  ['ArrowUp', '2026-11-29'],
  ['ArrowDown', '2026-12-01'],
  ['ArrowLeft', '2026-11-23'],
  ['ArrowRight', '2026-12-07'],
  ['PageUp', '2026-11-02'],
  ['PageDown', '2026-12-28'],
  ['Home', '2026-01-01'],
  ['End', '2026-12-31'],
  ['Tab', undefined],
])('%s leads from a day to %s', (key, date) => {
  expect(nextDay(key, '2026-11-30', false)).toBe(date);
});

test('left leads onward where text runs from right to left', () => {
  expect(nextDay('ArrowLeft', '2026-11-30', true)).toBe('2026-12-07');
  expect(nextDay('ArrowRight', '2026-11-30', true)).toBe('2026-11-23');
});
