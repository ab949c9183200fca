import { expect, test } from 'vitest';
import { ticksFor } from './scale';

test.each([
  [0, [0, 60]],
  [60, [0, 60]],
  [61, [0, 60, 120]],
  [1_500, [0, 600, 1_200, 1_800]],
  [7_200, [0, 1_800, 3_600, 5_400, 7_200]],
  [2_000_000, [0, 720_000, 1_440_000, 2_160_000]],
])('an axis for %i seconds has round ticks that reach it', (longest, ticks) => {
  expect(ticksFor(longest)).toEqual(ticks);
});
