// The axis of a chart of durations.

const steps = [60, 300, 600, 900, 1_800, 3_600, 7_200, 10_800, 18_000, 36_000, 72_000, 180_000, 360_000];
const mostSteps = 4;

/** Round durations in seconds, from 0 to at least the longest one. */
export function ticksFor(longest: number): number[] {
  const step = steps.find((each) => each * mostSteps >= longest) ?? Math.ceil(longest / mostSteps / 360_000) * 360_000;
  const count = Math.max(1, Math.ceil(longest / step));
  return Array.from({ length: count + 1 }, (_, index) => index * step);
}
