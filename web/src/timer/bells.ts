// Which bells a sit has.
import { activeMs, isPaused, type Sit } from './sit';

export type BellSound = 'start' | 'interval' | 'end';

export interface ScheduledBell {
  sound: BellSound;
  /** Its place in the sit: seconds of meditation. */
  atSeconds: number;
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

// Audio takes a moment to start: a bell that should have rung just now still rings.
const mostLateMs = 1_500;

/** The bells to come, as things stand now: none while it is paused or over. */
export function upcomingBells(sit: Sit, now: number): ScheduledBell[] {
  if (isPaused(sit) || sit.stoppedAt !== undefined) return [];
  const position = activeMs(sit, now) - sit.preparationSeconds * 1000;
  return timetable(sit)
    .map((bell) => ({ ...bell, inMs: bell.atSeconds * 1000 - position }))
    .filter(({ inMs }) => inMs > -mostLateMs);
}
