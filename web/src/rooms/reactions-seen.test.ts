import { expect, test } from 'vitest';
import type { RoomEvent } from '@mindspace/client';
import { countsOf, receive, recent, type Reactions } from './reactions-seen';

type ReactionEvent = Extract<RoomEvent, { type: 'reaction' }>;
const event = (members: object) => ({ type: 'reaction', seq: 1, epoch: 'e', ...members }) as ReactionEvent;

test('reactions are shown for a while, those of one person and those that the server has counted', () => {
  let seen: Reactions = receive([], event({ from: 'ada', kind: 'bow' }), 0);
  expect(seen).toEqual([{ kind: 'bow', count: 1, from: 'ada', at: 0 }]);
  seen = receive(seen, event({ counts: { heart: 12, bow: 3, smile: null } }), 4_000);
  expect(countsOf(seen)).toEqual({ bow: 4, heart: 12 });
  expect(countsOf(recent(seen, 7_000))).toEqual({ heart: 12, bow: 3 });
  expect(recent(seen, 10_000)).toEqual([]);
});

test('reactions of a kind that is not known are none', () => {
  expect(receive([], event({ from: 'ada', kind: 'wave' }), 0)).toEqual([]);
  expect(receive([], event({ counts: { wave: 2 } }), 0)).toEqual([]);
});
