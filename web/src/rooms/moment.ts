// Where a group is in its timetable, as this device knows it: also while the connection is lost.
import type { RoomState } from '@mindspace/client';

/** `closed`: out of the room, for another reason than its end. */
export type Moment = 'entering' | 'waiting' | 'countdown' | 'sitting' | 'over' | 'cancelled' | 'closed';

/** `now` by the server's clock. */
export function momentOf(state: RoomState, now: number): Moment {
  const { connection, group, phase, startsAt, endsAt } = state;
  if (phase === 'ended') return 'over';
  if (phase === 'cancelled') return 'cancelled';
  const runs = phase === 'running' && startsAt !== undefined && endsAt !== undefined;
  if (runs && now >= endsAt) return 'over';
  if (connection === 'closed') return 'closed';
  if (!group) return 'entering';
  if (!runs) return 'waiting';
  return now < startsAt ? 'countdown' : 'sitting';
}

/** Seconds until the next moment, and how much of this one is left, from 1 to 0. */
export function timeLeft(state: RoomState, now: number): { seconds: number; share: number } {
  const { startsAt = now, endsAt = now } = state;
  if (now < startsAt) return { seconds: (startsAt - now) / 1000, share: 1 };
  const length = Math.max(1, endsAt - startsAt);
  const left = Math.min(length, Math.max(0, endsAt - now));
  return { seconds: left / 1000, share: left / length };
}

/** Seconds until a scheduled group begins by itself; undefined: its host starts it. */
export function secondsToStart(state: RoomState, now: number): number | undefined {
  const at = state.group?.scheduledFor;
  return at ? Math.max(0, (Date.parse(at) - now) / 1000) : undefined;
}
