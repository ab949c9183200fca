// The one output of sound, and its clock.
import { signal } from '@preact/signals';
import { playBell } from './bowl';

export interface Audio {
  context: AudioContext;
  output: GainNode;
}

/** Changes when audio starts or stops, which takes a moment; then bells are to be scheduled. */
export const audioState = signal<AudioContextState | undefined>(undefined);

// Further apart than any output delays sound the two ways to read the audio clock do not belong together.
const mostDelaySeconds = 0.5;

let current: Audio | undefined;
let volume = 1;

export function audio(): Audio {
  if (!current) {
    const context = new AudioContext({ latencyHint: 'playback' });
    const output = context.createGain();
    output.gain.value = volume;
    output.connect(context.destination);
    context.onstatechange = () => (audioState.value = context.state);
    current = { context, output };
  }
  return current;
}

/** The audio clock's time of what is heard now. Its `currentTime` is that of what is computed now, and moves on in blocks. */
export function heardSeconds(context: AudioContext): number {
  const { contextTime = 0, performanceTime = 0 } = context.getOutputTimestamp();
  const heard = contextTime + (performance.now() - performanceTime) / 1000;
  return Math.abs(heard - context.currentTime) < mostDelaySeconds ? heard : context.currentTime;
}

/** Whether the browser lets sound out. */
export function canBeHeard(): boolean {
  return audio().context.state === 'running';
}

/** To be called when the user touches the page: browsers let sound out only then. */
export function unlockSound(): void {
  void audio().context.resume();
}

export function setVolume(next: number): void {
  volume = next;
  current?.output.gain.setTargetAtTime(next, current.context.currentTime, 0.02);
}

/** Lets the user hear how a bell sounds. */
export function previewBell(): void {
  unlockSound();
  const { context, output } = audio();
  playBell(context, output, 'start', context.currentTime + 0.05);
}
