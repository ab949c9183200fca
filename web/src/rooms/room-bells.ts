import type { Bell, RoomState } from '@mindspace/client';
import type { BellSound, ScheduledBell } from '../timer/bells';

function soundOf({ index, of }: Bell): BellSound {
  if (index === 0) return 'start';
  return index === of - 1 ? 'end' : 'interval';
}

/** The bells of a group that are to come, with their sounds; `now` by the server's clock. */
export function bellsOf(upcoming: readonly Bell[], { startsAt = 0 }: RoomState, now: number): ScheduledBell[] {
  return upcoming.map((bell) => ({
    sound: soundOf(bell),
    atSeconds: (bell.serverTime - startsAt) / 1000,
    inMs: bell.serverTime - now,
  }));
}
