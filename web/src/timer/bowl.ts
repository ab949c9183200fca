// The sound of a singing bowl, synthesised: partials in the ratios of a real bowl, each of two tones a little apart, so that
// they beat, and each fading by itself, the high ones first.
import type { BellSound } from './bells';

interface Strike {
  frequency: number;
  loudness: number;
  /** Seconds until the lowest partial has faded. */
  seconds: number;
}

const strikes: Readonly<Record<BellSound, readonly { strike: Strike; after: number }[]>> = {
  start: [{ strike: { frequency: 174, loudness: 0.9, seconds: 9 }, after: 0 }],
  interval: [{ strike: { frequency: 348, loudness: 0.5, seconds: 6 }, after: 0 }],
  end: [0, 5, 10].map((after) => ({ strike: { frequency: 174, loudness: 1, seconds: 11 }, after })),
};

const partials = [
  { ratio: 1, level: 0.55, beat: 0.35, fade: 1 },
  { ratio: 2.71, level: 0.28, beat: 0.9, fade: 0.62 },
  { ratio: 5.18, level: 0.12, beat: 1.6, fade: 0.34 },
  { ratio: 8.21, level: 0.05, beat: 2.4, fade: 0.18 },
];

const attackSeconds = 0.006;
const silence = 0.0001;

function playStrike(context: AudioContext, output: AudioNode, { frequency, loudness, seconds }: Strike, at: number) {
  const oscillators: OscillatorNode[] = [];
  for (const { ratio, level, beat, fade } of partials) {
    const envelope = context.createGain();
    const end = at + seconds * fade;
    envelope.gain.setValueAtTime(silence, at);
    envelope.gain.exponentialRampToValueAtTime(level * loudness, at + attackSeconds);
    envelope.gain.exponentialRampToValueAtTime(silence, end);
    envelope.connect(output);
    for (const side of [-0.5, 0.5]) {
      const oscillator = context.createOscillator();
      oscillator.frequency.value = frequency * ratio + side * beat;
      oscillator.connect(envelope);
      oscillator.start(at);
      oscillator.stop(end);
      oscillators.push(oscillator);
    }
  }
  return oscillators;
}

/** Plays a bell at a time of the context's clock, which may be far ahead. Returns what stops it. */
export function playBell(context: AudioContext, output: AudioNode, sound: BellSound, at: number): () => void {
  const playing = strikes[sound].flatMap(({ strike, after }) => playStrike(context, output, strike, at + after));
  return () => {
    for (const oscillator of playing) {
      oscillator.stop();
      oscillator.disconnect();
    }
  };
}
