// What a page hands to the audio clock, and what has sounded.
import type { Page } from 'playwright-core';

interface Bells {
  /** When the strikes that were scheduled ring, by the audio clock. */
  strikes: number[];
  /** How many tones have been played to their end. */
  played: number;
  loudness: () => number;
  audioTime: () => number;
}

declare global {
  interface Window {
    bells?: Bells;
  }
}

/** To be called before the page is opened. */
export async function watchBells(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const { start } = OscillatorNode.prototype;
    const connect = AudioNode.prototype.connect as (this: AudioNode, ...to: unknown[]) => AudioNode;
    const bells: Bells = (window.bells = { strikes: [], played: 0, loudness: () => 0, audioTime: () => 0 });
    OscillatorNode.prototype.start = function (when = 0) {
      bells.strikes.push(when);
      bells.audioTime = () => this.context.currentTime;
      this.addEventListener('ended', () => bells.played++);
      start.call(this, when);
    };
    AudioNode.prototype.connect = function (this: AudioNode, ...to: unknown[]) {
      if (to[0] instanceof AudioDestinationNode) {
        const analyser = this.context.createAnalyser();
        connect.call(this, analyser);
        bells.loudness = () => {
          const samples = new Float32Array(analyser.fftSize);
          analyser.getFloatTimeDomainData(samples);
          return Math.max(...samples.map(Math.abs));
        };
      }
      return connect.call(this, ...to);
    };
  });
}

/** When bells ring, as seconds after a time of the page's clock, in order. */
export function ringTimes(page: Page, since: number): Promise<number[]> {
  return page.evaluate((since) => {
    const { strikes = [], audioTime = () => 0 } = window.bells ?? {};
    const offset = Date.now() / 1000 - audioTime();
    const seconds = strikes.map((when) => Math.round(when + offset - since / 1000));
    return [...new Set(seconds)].sort((a, b) => a - b);
  }, since);
}

export function forgetBells(page: Page): Promise<unknown> {
  return page.evaluate(() => window.bells?.strikes.splice(0));
}
