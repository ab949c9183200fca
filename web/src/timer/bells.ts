// Which bells a sit has.
import { attendedMs, isPaused, preparationLeft, type Sit } from './sit';

export type BellSound = 'start' | 'interval' | 'end';

export interface ScheduledBell {
  sound: BellSound;
  /** Milliseconds from now. */
  inMs: number;
}

/** Seconds after the first bell at which bells ring; one that would coincide with the last is left out. */
function timetable({ plannedSeconds, intervalSeconds }: Sit): { sound: BellSound; atSeconds: number }[] {
  const bells: { sound: BellSound; atSeconds: number }[] = [{ sound: 'start', atSeconds: 0 }];
  if (intervalSeconds > 0)
    for (let at = intervalSeconds; at < plannedSeconds; at += intervalSeconds)
      bells.push({ sound: 'interval', atSeconds: at });
  return [...bells, { sound: 'end', atSeconds: plannedSeconds }];
}

/** The bells to come, as things stand now: none while it is paused or over. */
export function upcomingBells(sit: Sit, now: number): ScheduledBell[] {
  if (isPaused(sit) || sit.stoppedAt !== undefined) return [];
  const position = attendedMs(sit, now) - preparationLeft(sit, now) * 1000;
  return timetable(sit)
    .map(({ sound, atSeconds }) => ({ sound, inMs: atSeconds * 1000 - position }))
    .filter(({ inMs, sound }) => inMs > 0 || (inMs === 0 && sound === 'start'));
}
