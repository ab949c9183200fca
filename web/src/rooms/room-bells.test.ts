import { expect, test } from 'vitest';
import type { Bell, RoomState } from '@mindspace/client';
import { bellsOf } from './room-bells';

const bell = (index: number, serverTime: number): Bell => ({ index, of: 3, serverTime, performanceTime: 0 });
const state = { startsAt: 10_000 } as RoomState;

test('the bells of a group have the sounds of their places', () => {
  expect(bellsOf([bell(0, 10_000), bell(1, 40_000), bell(2, 70_000)], state, 9_000)).toEqual([
    { sound: 'start', atSeconds: 0, inMs: 1_000 },
    { sound: 'interval', atSeconds: 30, inMs: 31_000 },
    { sound: 'end', atSeconds: 60, inMs: 61_000 },
  ]);
  expect(bellsOf([bell(2, 70_000)], state, 69_000)).toEqual([{ sound: 'end', atSeconds: 60, inMs: 1_000 }]);
});
