// One meditation with the timer: what was chosen, and when it began, paused and ended. All else follows from that and the time,
// so that a reload, a sleeping device or a throttled tab changes nothing. Times are milliseconds of this device's clock.
import type { Kind } from '@mindspace/client';

/** What a user chooses before. */
export interface SitPlan {
  kind: Kind;
  plannedSeconds: number;
  /** Before the first bell. */
  preparationSeconds: number;
  /** Between bells on the way; 0: none. */
  intervalSeconds: number;
}

export interface Pause {
  from: number;
  /** Missing while it lasts. */
  to?: number;
}

export interface Sit extends SitPlan {
  /** Also the id of the session on the server. */
  id: string;
  /** Whose it is. */
  userId: string;
  /** When the user pressed the button; preparation comes first. */
  begunAt: number;
  pauses: readonly Pause[];
  /** When the user ended it early. */
  stoppedAt?: number;
  moodBefore?: number;
  moodAfter?: number;
  note?: string;
}

export type Phase = 'preparing' | 'sitting' | 'paused' | 'finished';

/** Milliseconds since the beginning without pauses, preparation included. A clock that was turned back counts as none passed. */
export function activeMs(sit: Sit, now: number): number {
  const end = Math.min(sit.stoppedAt ?? now, now);
  const paused = sit.pauses.reduce((sum, { from, to }) => sum + Math.max(0, Math.min(to ?? end, end) - from), 0);
  return Math.max(0, end - sit.begunAt - paused);
}

/** Milliseconds of meditation, at most as many as planned. */
export function attendedMs(sit: Sit, now: number): number {
  const sinceBell = activeMs(sit, now) - sit.preparationSeconds * 1000;
  return Math.min(Math.max(0, sinceBell), sit.plannedSeconds * 1000);
}

/** Seconds until the first bell. */
export function preparationLeft(sit: Sit, now: number): number {
  return Math.max(0, sit.preparationSeconds - activeMs(sit, now) / 1000);
}

export function isPaused(sit: Sit): boolean {
  const last = sit.pauses.at(-1);
  return last !== undefined && last.to === undefined;
}

export function phaseOf(sit: Sit, now: number): Phase {
  if (sit.stoppedAt !== undefined || attendedMs(sit, now) >= sit.plannedSeconds * 1000) return 'finished';
  if (isPaused(sit)) return 'paused';
  return preparationLeft(sit, now) > 0 ? 'preparing' : 'sitting';
}

export function pause(sit: Sit, now: number): Sit {
  return isPaused(sit) || phaseOf(sit, now) === 'finished' ? sit : { ...sit, pauses: [...sit.pauses, { from: now }] };
}

export function resume(sit: Sit, now: number): Sit {
  return isPaused(sit)
    ? { ...sit, pauses: sit.pauses.map((one) => (one.to === undefined ? { ...one, to: now } : one)) }
    : sit;
}

/** Ends it early. The pause that lasts does not count. */
export function stop(sit: Sit, now: number): Sit {
  return phaseOf(sit, now) === 'finished' ? sit : { ...sit, stoppedAt: now };
}

/** When the meditation itself began: at the first bell. */
export function startedAt(sit: Sit): number {
  return sit.begunAt + sit.preparationSeconds * 1000;
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

/** A stored sit, if it is one: another version of the client may have written it. */
export function parseSit(stored: unknown): Sit | undefined {
  const sit = stored as Partial<Sit> | null | undefined;
  const numbers = [sit?.plannedSeconds, sit?.preparationSeconds, sit?.intervalSeconds, sit?.begunAt];
  const isSit =
    typeof sit?.id === 'string' &&
    typeof sit.userId === 'string' &&
    typeof sit.kind === 'string' &&
    numbers.every(isNumber);
  return isSit && Array.isArray(sit.pauses) ? (sit as Sit) : undefined;
}
