// Who sat in a group and for how long, as far as this client has seen it. The server counts for itself.
import type { Participant, RoomState } from '@mindspace/client';

interface Attended {
  participant: Participant;
  /** By the server's clock; the last one is open while they are here. */
  intervals: readonly { from: number; to?: number }[];
}

export type Attendance = ReadonlyMap<string, Attended>;

/** Takes note of who is in the room now. */
export function follow(seen: Attendance, state: RoomState, now: number): Attendance {
  const next = new Map(seen);
  const here = new Map(state.participants.map((participant) => [participant.id, participant]));
  for (const [id, { participant, intervals }] of seen) {
    const last = intervals.at(-1);
    if (!here.has(id) && last && last.to === undefined)
      next.set(id, { participant, intervals: [...intervals.slice(0, -1), { ...last, to: now }] });
  }
  for (const [id, participant] of here) {
    const known = seen.get(id)?.intervals ?? [];
    const isOpen = known.length > 0 && known.at(-1)?.to === undefined;
    next.set(id, { participant, intervals: isOpen ? known : [...known, { from: participant.joinedAt }] });
  }
  return next;
}

export interface Result {
  participant: Participant;
  seconds: number;
}

/** How long each of them sat between these times, the longest first. Less than a second is none. */
export function resultsOf(seen: Attendance, startsAt: number, endedAt: number): Result[] {
  const secondsOf = (intervals: Attended['intervals']) =>
    intervals.reduce(
      (sum, { from, to = endedAt }) => sum + Math.max(0, Math.min(to, endedAt) - Math.max(from, startsAt)),
      0,
    ) / 1000;
  return [...seen.values()]
    .map(({ participant, intervals }) => ({ participant, seconds: Math.floor(secondsOf(intervals)) }))
    .filter(({ seconds }) => seconds >= 1)
    .sort((a, b) => b.seconds - a.seconds || a.participant.displayName.localeCompare(b.participant.displayName));
}
