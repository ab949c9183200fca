// Rings the bells of a sit. They are handed to the audio clock hours ahead, so that they ring in a tab in the background, whose
// timers are throttled. Of several tabs one rings (current-sit.ts).
import { signal } from '@preact/signals';
import { upcomingBells } from './bells';
import { playBell } from './bowl';
import type { Sit } from './sit';

/** The browser lets no sound out before the user touches the page, as after a reload. */
export const soundBlocked = signal(false);

const horizonMs = 3 * 3_600_000;
// The clocks of audio and of the device drift apart, and the audio clock stands still while the device sleeps.
const toleratedDriftMs = 100;

interface Schedule {
  /** What of the sit decides when bells ring. */
  timing: string;
  /** How far the audio clock is ahead of the device's. */
  offsetMs: number;
  /** By the time at which they ring. */
  bells: Map<number, () => void>;
}

let context: AudioContext | undefined;
let output: GainNode | undefined;
let schedule: Schedule | undefined;
let volume = 1;

function audio(): { context: AudioContext; output: GainNode } {
  if (!context || !output) {
    context = new AudioContext({ latencyHint: 'playback' });
    output = context.createGain();
    output.gain.value = volume;
    output.connect(context.destination);
  }
  return { context, output };
}

/** To be called when the user touches the page: browsers let sound out only then. */
export function unlockSound(): void {
  void audio().context.resume();
}

export function setVolume(next: number): void {
  volume = next;
  if (output && context) output.gain.setTargetAtTime(next, context.currentTime, 0.02);
}

function silence(): void {
  for (const stop of schedule?.bells.values() ?? []) stop();
  schedule = undefined;
}

function timingOf({ begunAt, pauses, stoppedAt }: Sit): string {
  return JSON.stringify([begunAt, pauses, stoppedAt]);
}

/** Schedules the bells that are still to come. To be called when the sit changes, and every now and then. */
export function ring(sit: Sit, now: number): void {
  const { context, output } = audio();
  const upcoming = upcomingBells(sit, now).filter(({ inMs }) => inMs < horizonMs);
  soundBlocked.value = context.state !== 'running' && upcoming.length > 0;
  if (soundBlocked.value) {
    void context.resume();
    return;
  }
  const timing = timingOf(sit);
  const offsetMs = context.currentTime * 1000 - now;
  if (
    schedule &&
    (schedule.timing !== timing || (upcoming.length > 0 && Math.abs(schedule.offsetMs - offsetMs) > toleratedDriftMs))
  )
    silence();
  schedule ??= { timing, offsetMs, bells: new Map() };
  for (const { sound, inMs } of upcoming) {
    const at = now + inMs;
    if (!schedule.bells.has(at))
      schedule.bells.set(
        at,
        playBell(context, output, sound, Math.max(context.currentTime, (at + schedule.offsetMs) / 1000)),
      );
  }
}

/** Schedules nothing more; what sounds now rings out, as the last bell does after the sit has been saved. */
export function letRingOut(): void {
  schedule = undefined;
  soundBlocked.value = false;
}

/** Lets the user hear how a bell sounds. */
export function previewBell(): void {
  unlockSound();
  const { context, output } = audio();
  playBell(context, output, 'start', context.currentTime + 0.05);
}
