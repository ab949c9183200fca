import { describe, expect, test } from 'vitest';
import type { Group, RoomState } from '@mindspace/client';
import { momentOf, secondsToStart, timeLeft } from './moment';

const waiting: RoomState = {
  connection: 'open',
  group: { scheduledFor: '1970-01-01T00:01:00.000Z' } as Group,
  participants: [],
  participantCount: 2,
  phase: 'scheduled',
  bells: [],
  seq: 1,
};
const running: RoomState = {
  ...waiting,
  phase: 'running',
  startsAt: 10_000,
  endsAt: 70_000,
  bells: [0, 30_000, 60_000],
};

describe('the moment of a group', () => {
  test('follows its timetable', () => {
    expect(momentOf({ ...waiting, group: undefined, connection: 'connecting' }, 0)).toBe('entering');
    expect(momentOf(waiting, 0)).toBe('waiting');
    expect(momentOf(running, 9_999)).toBe('countdown');
    expect(momentOf(running, 10_000)).toBe('sitting');
    expect(momentOf(running, 69_999)).toBe('sitting');
    expect(momentOf(running, 70_000)).toBe('over');
  });

  test('needs no connection', () => {
    const lost: RoomState = { ...running, connection: 'reconnecting' };
    expect(momentOf(lost, 20_000)).toBe('sitting');
    expect(momentOf(lost, 90_000)).toBe('over');
  });

  test('is the end, whatever the connection is after it', () => {
    expect(momentOf({ ...running, phase: 'ended', connection: 'closed', closeReason: 'over' }, 20_000)).toBe('over');
    expect(momentOf({ ...running, phase: 'cancelled', connection: 'closed' }, 20_000)).toBe('cancelled');
    expect(momentOf({ ...running, connection: 'closed', closeReason: 'over' }, 80_000)).toBe('over');
    expect(momentOf({ ...running, connection: 'closed', closeReason: 'displaced' }, 20_000)).toBe('closed');
    expect(momentOf({ ...waiting, connection: 'closed', closeReason: 'full' }, 0)).toBe('closed');
  });
});

test('the time left counts to the start, and then to the end', () => {
  expect(timeLeft(running, 4_000)).toEqual({ seconds: 6, share: 1 });
  expect(timeLeft(running, 25_000)).toEqual({ seconds: 45, share: 0.75 });
  expect(timeLeft(running, 99_000)).toEqual({ seconds: 0, share: 0 });
  expect(secondsToStart(waiting, 15_000)).toBe(45);
  expect(secondsToStart(waiting, 75_000)).toBe(0);
  expect(secondsToStart({ ...waiting, group: {} as Group }, 0)).toBeUndefined();
});
