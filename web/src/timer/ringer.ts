// Rings the bells of a sit. They are handed to the audio clock hours ahead, so that they ring in a tab in the background, whose
// timers are throttled. Of several tabs one rings (current-sit.ts).
import { signal } from '@preact/signals';
import { upcomingBells } from './bells';
import { playBell } from './bowl';
import type { Sit } from './sit';

/** The browser lets no sound out before the user touches the page, as after a reload. */
export const soundBlocked = signal(false);

/** Changes when audio starts or stops, which takes a moment; then bells are to be scheduled. */
export const audioState = signal<AudioContextState | undefined>(undefined);

const horizonMs = 3 * 3_600_000;
// The clocks of audio and of the device drift apart, and the audio clock stands still while the device sleeps.
const toleratedDriftMs = 100;
const startTimeoutMs = 700;

interface PlannedBell {
  /** By the audio clock. */
  atSeconds: number;
  stop: () => void;
}

interface Schedule {
  /** What of the sit decides when bells ring. */
  timing: string;
  /** How far the audio clock is ahead of the device's. */
  offsetMs: number;
  /** By their places in the sit. */
  bells: Map<number, PlannedBell>;
}

let context: AudioContext | undefined;
let output: GainNode | undefined;
let schedule: Schedule | undefined;
// Bells that have rung in this sit, though the schedule they were in is gone.
let rung: { sitId: string; bells: Set<number> } | undefined;
let volume = 1;
let waitsSince: number | undefined;

function audio(): { context: AudioContext; output: GainNode } {
  if (!context || !output) {
    context = new AudioContext({ latencyHint: 'playback' });
    output = context.createGain();
    output.gain.value = volume;
    output.connect(context.destination);
    context.onstatechange = () => (audioState.value = context?.state);
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

function silence(now: number): void {
  for (const [place, { atSeconds, stop }] of schedule?.bells ?? []) {
    if (atSeconds <= now) rung?.bells.add(place);
    stop();
  }
  schedule = undefined;
}

function timingOf({ begunAt, pauses, stoppedAt }: Sit): string {
  return JSON.stringify([begunAt, pauses, stoppedAt]);
}

/** Schedules the bells that are still to come. To be called when the sit changes, and every now and then. */
export function ring(sit: Sit, now: number): void {
  const { context, output } = audio();
  const upcoming = upcomingBells(sit, now).filter(({ inMs }) => inMs < horizonMs);
  if (context.state !== 'running') {
    waitsSince ??= now;
    soundBlocked.value = upcoming.length > 0 && now - waitsSince > startTimeoutMs;
    void context.resume();
    return;
  }
  waitsSince = undefined;
  soundBlocked.value = false;
  const timing = timingOf(sit);
  const offsetMs = context.currentTime * 1000 - now;
  const drifts = upcoming.length > 0 && Math.abs((schedule?.offsetMs ?? offsetMs) - offsetMs) > toleratedDriftMs;
  if (schedule && (schedule.timing !== timing || drifts)) silence(context.currentTime);
  schedule ??= { timing, offsetMs, bells: new Map() };
  if (rung?.sitId !== sit.id) rung = { sitId: sit.id, bells: new Set() };
  for (const { sound, atSeconds: place, inMs } of upcoming) {
    if (schedule.bells.has(place) || rung.bells.has(place)) continue;
    const atSeconds = Math.max(context.currentTime, (now + inMs + schedule.offsetMs) / 1000);
    schedule.bells.set(place, { atSeconds, stop: playBell(context, output, sound, atSeconds) });
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
