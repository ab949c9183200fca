import { describe, expect, test } from 'vitest';
import { upcomingBells } from './bells';
import { attendedMs, parseSit, pause, phaseOf, preparationLeft, resume, startedAt, stop, type Sit } from './sit';

const minute = 60_000;

const sit: Sit = {
  id: '019a0000-0000-7000-8000-000000000000',
  userId: '019a0000-0000-7000-8000-000000000001',
  kind: 'mindfulness',
  plannedSeconds: 600,
  preparationSeconds: 10,
  intervalSeconds: 240,
  begunAt: 1_000_000,
  pauses: [],
};

const at = (ms: number) => sit.begunAt + ms;

describe('a sit', () => {
  test('prepares, runs and ends', () => {
    expect(phaseOf(sit, at(0))).toBe('preparing');
    expect(preparationLeft(sit, at(4_000))).toBe(6);
    expect(phaseOf(sit, at(10_000))).toBe('sitting');
    expect(attendedMs(sit, at(10_000 + minute))).toBe(minute);
    expect(phaseOf(sit, at(10_000 + 10 * minute - 1))).toBe('sitting');
    expect(phaseOf(sit, at(10_000 + 10 * minute))).toBe('finished');
  });

  test('never counts more than was planned, however late it is looked at', () => {
    expect(attendedMs(sit, at(24 * 60 * minute))).toBe(10 * minute);
  });

  test('does not count pauses', () => {
    const paused = pause(sit, at(10_000 + 2 * minute));
    expect(phaseOf(paused, at(30 * minute))).toBe('paused');
    expect(attendedMs(paused, at(30 * minute))).toBe(2 * minute);
    const resumed = resume(paused, at(30 * minute));
    expect(attendedMs(resumed, at(31 * minute))).toBe(3 * minute);
    expect(phaseOf(resumed, at(38 * minute - 1))).toBe('sitting');
    expect(phaseOf(resumed, at(38 * minute))).toBe('finished');
  });

  test('can be paused while it prepares', () => {
    const resumed = resume(pause(sit, at(3_000)), at(60_000));
    expect(preparationLeft(resumed, at(60_000))).toBe(7);
  });

  test('that is stopped keeps what was attended', () => {
    expect(attendedMs(stop(sit, at(10_000 + 3 * minute)), at(60 * minute))).toBe(3 * minute);
    const stoppedInPause = stop(pause(sit, at(10_000 + 2 * minute)), at(9 * minute));
    expect(attendedMs(stoppedInPause, at(60 * minute))).toBe(2 * minute);
    expect(phaseOf(stoppedInPause, at(60 * minute))).toBe('finished');
  });

  test('that is over cannot be paused or stopped', () => {
    const late = at(60 * minute);
    expect(pause(sit, late)).toBe(sit);
    expect(stop(sit, late)).toBe(sit);
  });

  test('does not run backwards when the clock does', () => {
    expect(attendedMs(sit, at(-60 * minute))).toBe(0);
    expect(phaseOf(sit, at(-60 * minute))).toBe('preparing');
  });

  test('begins at its first bell', () => {
    expect(startedAt(sit)).toBe(at(10_000));
  });

  test('is read back from storage, and nothing else is', () => {
    expect(parseSit(JSON.parse(JSON.stringify(sit)))).toEqual(sit);
    for (const other of [undefined, null, 7, 'sit', {}, { ...sit, begunAt: 'noon' }, { ...sit, pauses: 1 }])
      expect(parseSit(other)).toBeUndefined();
  });
});

describe('bells', () => {
  test('ring at the start, at each interval and at the end', () => {
    expect(upcomingBells(sit, at(0))).toEqual([
      { sound: 'start', atSeconds: 0, inMs: 10_000 },
      { sound: 'interval', atSeconds: 240, inMs: 10_000 + 4 * minute },
      { sound: 'interval', atSeconds: 480, inMs: 10_000 + 8 * minute },
      { sound: 'end', atSeconds: 600, inMs: 10_000 + 10 * minute },
    ]);
  });

  test('that have rung do not ring again', () => {
    expect(upcomingBells(sit, at(10_000 + 5 * minute)).map(({ sound }) => sound)).toEqual(['interval', 'end']);
    expect(upcomingBells(sit, at(60 * minute))).toEqual([]);
  });

  test('are silent during a pause and come later after it', () => {
    const paused = pause(sit, at(10_000 + 2 * minute));
    expect(upcomingBells(paused, at(5 * minute))).toEqual([]);
    expect(upcomingBells(resume(paused, at(20 * minute)), at(20 * minute))[0]).toEqual({
      sound: 'interval',
      atSeconds: 240,
      inMs: 2 * minute,
    });
  });

  test('of an interval give way to the last one', () => {
    const even = { ...sit, intervalSeconds: 300 };
    expect(upcomingBells(even, at(0)).map(({ sound }) => sound)).toEqual(['start', 'interval', 'end']);
  });

  test('ring at once without preparation, and a little late if they must', () => {
    const unprepared = { ...sit, preparationSeconds: 0 };
    expect(upcomingBells(unprepared, at(0))[0]).toEqual({ sound: 'start', atSeconds: 0, inMs: 0 });
    expect(upcomingBells(unprepared, at(1_000))[0]).toEqual({ sound: 'start', atSeconds: 0, inMs: -1_000 });
    expect(upcomingBells(unprepared, at(5_000))[0]?.sound).toBe('interval');
  });
});
