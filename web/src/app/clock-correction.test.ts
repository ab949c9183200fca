import { expect, test } from 'vitest';
import { byServerClock } from './clock-correction';

const now = Date.parse('2026-11-23T07:00:00Z');
const hour = 3_600_000;
const session = {
  id: '019a0000-0000-7000-8000-000000000000',
  kind: 'mindfulness' as const,
  startedAt: '2026-11-23T06:50:00.000Z',
  durationSeconds: 600,
};
const refused = {
  session,
  outcome: 'invalid' as const,
  errors: [
    {
      pointer: '/sessions/0/durationSeconds',
      code: 'ends_in_future',
      message: 'must not end the session in the future',
    },
  ],
};

test('a session that ended in the future is placed by the server’s clock', () => {
  expect(byServerClock(refused, -hour, now)).toEqual({ ...session, startedAt: '2026-11-23T05:50:00.000Z' });
});

test('a session is not changed if the clock is right, or something else is wrong', () => {
  expect(byServerClock(refused, 1_000, now)).toBeUndefined();
  const other = { ...refused, errors: [{ pointer: '/sessions/0/note', code: 'too_long', message: '' }] };
  expect(byServerClock(other, -hour, now)).toBeUndefined();
  expect(byServerClock({ session, outcome: 'invalid' }, -hour, now)).toBeUndefined();
});
