import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { ScheduledBell } from './bells';
import type { Ringing } from './ringer';

// An audio output whose clock the test moves on, and what was handed to it.
let seconds = 100;
let state: AudioContextState = 'running';
const strikes = new Map<number, 'scheduled' | 'taken back'>();

vi.mock('./audio', () => ({
  audio: () => ({
    output: {},
    context: {
      get currentTime() {
        return seconds;
      },
      get state() {
        return state;
      },
      resume: () => Promise.resolve(),
    },
  }),
  heardSeconds: () => seconds,
}));
vi.mock('./bowl', () => ({
  playBell: (_context: unknown, _output: unknown, _sound: string, at: number) => {
    const place = Math.round(at * 1000) / 1000;
    strikes.set(place, 'scheduled');
    return () => strikes.set(place, 'taken back');
  },
}));

const { Ringer } = await import('./ringer');

const bell = (atSeconds: number, inMs: number): ScheduledBell => ({ sound: 'interval', atSeconds, inMs });
const ringing = (bells: ScheduledBell[], change: Partial<Ringing> = {}): Ringing => ({
  id: 'sit',
  timing: 'as planned',
  bells,
  now: 5_000,
  toleratedDriftMs: 10,
  ...change,
});
const scheduled = () => [...strikes].filter(([, what]) => what === 'scheduled').map(([at]) => at);

let ringer: InstanceType<typeof Ringer>;

beforeEach(() => {
  ringer = new Ringer();
  seconds = 100;
  state = 'running';
});
afterEach(() => strikes.clear());

test('bells are handed to the audio clock ahead, once', () => {
  ringer.ring(ringing([bell(0, 1_000), bell(60, 61_000)]));
  seconds = 100.5;
  ringer.ring(ringing([bell(0, 500), bell(60, 60_500)], { now: 5_500 }));
  expect(scheduled()).toEqual([101, 161]);
});

test('a clock that has drifted moves what has not been heard, but no bell that rings now', () => {
  ringer.ring(ringing([bell(0, 1_000), bell(60, 61_000)]));
  seconds = 100.9;
  ringer.ring(ringing([bell(60, 60_050)], { now: 5_950 }));
  expect(scheduled()).toEqual([101, 160.95]);
  seconds = 101;
  ringer.ring(ringing([bell(60, 59_942)], { now: 6_058 }));
  expect(scheduled()).toEqual([101, 160.95]);
});

test('another timing silences all, and what has rung does not ring again', () => {
  ringer.ring(ringing([bell(0, 0), bell(60, 60_000)]));
  seconds = 102;
  ringer.ring(ringing([], { timing: 'paused', now: 7_000 }));
  expect(scheduled()).toEqual([]);
  ringer.ring(ringing([bell(0, 0), bell(60, 70_000)], { timing: 'resumed', now: 7_000 }));
  expect(scheduled()).toEqual([172]);
});

test('at the end what sounds rings out', () => {
  ringer.ring(ringing([bell(0, 0), bell(60, 60_000)]));
  seconds = 101;
  ringer.letRingOut();
  expect(scheduled()).toEqual([100]);
});

test('a browser that lets no sound out is noticed after a moment', () => {
  state = 'suspended';
  ringer.ring(ringing([bell(0, 1_000)]));
  expect(ringer.blocked.value).toBe(false);
  ringer.ring(ringing([bell(0, 0)], { now: 6_000 }));
  expect(ringer.blocked.value).toBe(true);
  state = 'running';
  ringer.ring(ringing([bell(60, 59_000)], { now: 7_000 }));
  expect(ringer.blocked.value).toBe(false);
  expect(scheduled()).toEqual([159]);
});
