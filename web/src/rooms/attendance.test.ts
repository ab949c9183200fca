import { expect, test } from 'vitest';
import type { Participant, RoomState } from '@mindspace/client';
import { follow, resultsOf, type Attendance } from './attendance';

const person = (id: string, joinedAt: number): Participant => ({ id, displayName: id, joinedAt });
const room = (...participants: Participant[]) => ({ participants }) as unknown as RoomState;

test('each sat while they were in the room, from the start to the end', () => {
  let seen: Attendance = new Map();
  seen = follow(seen, room(person('ada', 0), person('ben', 5_000)), 6_000);
  seen = follow(seen, room(person('ada', 0), person('ben', 5_000), person('cleo', 40_000)), 41_000);
  seen = follow(seen, room(person('ada', 0), person('cleo', 40_000)), 50_000);
  seen = follow(seen, room(person('ada', 0), person('cleo', 40_000), person('ben', 60_000)), 60_500);
  seen = follow(seen, room(person('ada', 0), person('ben', 60_000)), 69_800);
  seen = follow(seen, room(person('ada', 0), person('ben', 60_000), person('dan', 69_500)), 69_900);
  const results = resultsOf(seen, 10_000, 70_000);
  expect(results.map(({ participant, seconds }) => [participant.id, seconds])).toEqual([
    ['ada', 60],
    ['ben', 50],
    ['cleo', 29],
  ]);
});
