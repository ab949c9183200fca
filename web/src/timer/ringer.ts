// Rings bells, of a sit or of a group. They are handed to the audio clock hours ahead, so that they ring in a tab in the
// background, whose timers are throttled.
import { signal } from '@preact/signals';
import { audio, heardSeconds } from './audio';
import type { ScheduledBell } from './bells';
import { playBell } from './bowl';

/** What is to ring, as things stand now. */
export interface Ringing {
  /** Whose bells these are: each place in it rings once. */
  id: string;
  /** What decides when they ring: another one silences what sounds and is scheduled. */
  timing: string;
  bells: readonly ScheduledBell[];
  /** The clock that they follow, in milliseconds. */
  now: number;
  /** The clocks drift apart, and the audio clock stands still while the device sleeps: from this on, it is corrected. */
  toleratedDriftMs: number;
}

const horizonMs = 3 * 3_600_000;
const startTimeoutMs = 700;
// What rings in a moment is no longer scheduled anew.
const imminentSeconds = 0.25;

interface PlannedBell {
  /** By the audio clock. */
  atSeconds: number;
  stop: () => void;
}

interface Schedule {
  timing: string;
  /** How far the audio clock is ahead of the followed one. */
  offsetMs: number;
  /** By their places. */
  bells: Map<number, PlannedBell>;
}

export class Ringer {
  /** The browser lets no sound out before the user touches the page, as after a reload. */
  readonly blocked = signal(false);
  #schedule: Schedule | undefined;
  // Bells that have rung, though the schedule they were in is gone.
  #rung: { id: string; places: Set<number> } | undefined;
  #waitsSince: number | undefined;

  /** Schedules the bells that are still to come. To be called when they change, and every now and then. */
  ring({ id, timing, bells, now, toleratedDriftMs }: Ringing): void {
    const { context, output } = audio();
    const upcoming = bells.filter(({ inMs }) => inMs < horizonMs);
    if (context.state !== 'running') {
      this.#waitsSince ??= now;
      this.blocked.value = now - this.#waitsSince > startTimeoutMs;
      void context.resume();
      return;
    }
    this.#waitsSince = undefined;
    this.blocked.value = false;
    const offsetMs = heardSeconds(context) * 1000 - now;
    const drifts = Math.abs((this.#schedule?.offsetMs ?? offsetMs) - offsetMs) > toleratedDriftMs;
    if (this.#schedule && this.#schedule.timing !== timing) this.#cancel(context.currentTime, 'all');
    else if (this.#schedule && upcoming.length > 0 && drifts) this.#cancel(context.currentTime, 'unheard');
    if (this.#rung?.id !== id) this.#rung = { id, places: new Set() };
    this.#schedule ??= { timing, offsetMs, bells: new Map() };
    for (const { sound, atSeconds: place, inMs } of upcoming) {
      if (this.#schedule.bells.has(place) || this.#rung.places.has(place)) continue;
      const atSeconds = Math.max(context.currentTime, (now + inMs + this.#schedule.offsetMs) / 1000);
      this.#schedule.bells.set(place, { atSeconds, stop: playBell(context, output, sound, atSeconds) });
    }
  }

  /** Nothing more is to ring; what sounds now rings out, as the last bell does after the sit has been saved. */
  letRingOut(): void {
    if (this.#schedule) this.#cancel(audio().context.currentTime, 'unheard');
    this.#waitsSince = undefined;
    this.blocked.value = false;
  }

  #cancel(audioNow: number, what: 'all' | 'unheard'): void {
    for (const [place, { atSeconds, stop }] of this.#schedule?.bells ?? []) {
      const hasBegun = atSeconds <= audioNow + imminentSeconds;
      if (hasBegun) this.#rung?.places.add(place);
      if (!hasBegun || what === 'all') stop();
    }
    this.#schedule = undefined;
  }
}
