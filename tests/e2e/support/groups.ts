// Steps with groups, and what a page lets hear.
import decodeQr from 'qr/decode.js';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';

export interface PlannedGroup {
  title: string;
  minutes?: number;
  /** As its field takes it: `2026-12-01T06:00`. */
  scheduledFor?: string;
  unlisted?: boolean;
  most?: number;
}

/** Creates the group in the page, which then shows it; returns its path. */
export async function createGroup(page: Page, group: PlannedGroup): Promise<string> {
  await page.goto('/groups/new');
  await page.getByLabel('Title').fill(group.title);
  await page.getByLabel('Other length in minutes').fill(String(group.minutes ?? 1));
  if (group.scheduledFor) await page.getByLabel('Begins by itself at').fill(group.scheduledFor);
  if (group.unlisted) await page.getByLabel('Only with the link').check();
  if (group.most) await page.getByLabel('Most participants').fill(String(group.most));
  await page.getByRole('button', { name: 'Create group' }).click();
  await page.getByRole('button', { name: 'Join in' }).waitFor();
  return new URL(page.url()).pathname;
}

/** Enters the room, in which so many people are then. */
export async function enterGroup(page: Page, path: string, people: number): Promise<void> {
  await page.goto(path);
  await page.getByRole('button', { name: 'Join in' }).click();
  await page.getByRole('heading', { name: people === 1 ? '1 person here' : `${people} people here` }).waitFor();
}

/** Starts the group of which the page's user is the host, and waits until it runs. */
export async function startGroup(page: Page, preparation: string): Promise<void> {
  await page.getByLabel(preparation, { exact: true }).check();
  await page.getByRole('button', { name: 'Begin together' }).click();
  await page.getByRole('button', { name: /^(End for everyone|Cancel the group)$/ }).waitFor();
}

export async function endGroup(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'End for everyone' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'End for everyone' }).click();
  await page.getByRole('heading', { name: 'Well done' }).waitFor();
}

interface Ear {
  /** Strikes handed to the audio clock and not taken back. */
  strikes: Map<OscillatorNode, number>;
  /** When the output was first not silent. */
  loudAt?: number;
  /** When the message `start` arrived. */
  startAt?: number;
}

/** Lets a page take note of its bells from now on, by the clock that all pages of a browser share. */
export async function listen(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const ear: Ear = { strikes: new Map() };
    Object.assign(window, { ear });
    const now = () => performance.timeOrigin + performance.now();
    const { start, stop } = OscillatorNode.prototype;
    OscillatorNode.prototype.start = function (when = 0) {
      ear.strikes.set(this, when);
      start.call(this, when);
    };
    OscillatorNode.prototype.stop = function (when) {
      if (when === undefined) ear.strikes.delete(this);
      stop.call(this, when);
    };
    const connect = AudioNode.prototype.connect as (this: AudioNode, to: AudioNode) => AudioNode;
    AudioNode.prototype.connect = function (this: AudioNode, to: AudioNode) {
      if (to instanceof AudioDestinationNode) {
        const analyser = new AnalyserNode(this.context);
        const samples = new Float32Array(analyser.fftSize);
        connect.call(this, analyser);
        setInterval(() => {
          analyser.getFloatTimeDomainData(samples);
          if (samples.some((sample) => Math.abs(sample) > 0.001)) ear.loudAt ??= now();
        }, 10);
      }
      return connect.call(this, to);
    } as typeof AudioNode.prototype.connect;
    window.WebSocket = class extends WebSocket {
      constructor(url: string | URL) {
        super(url);
        this.addEventListener('message', ({ data }: MessageEvent<string>) => {
          if ((JSON.parse(data) as { type: string }).type === 'start') ear.startAt ??= now();
        });
      }
    };
  });
}

export interface Heard {
  /** When the strikes of bells are heard, those to come included, in milliseconds since 1970. */
  strikes: number[];
  loudAt?: number;
  startAt?: number;
}

export async function heardIn(page: Page): Promise<Heard> {
  return page.evaluate(() => {
    const { strikes, loudAt, startAt } = (window as unknown as { ear: Ear }).ear;
    const context = [...strikes.keys()][0]?.context as AudioContext | undefined;
    const { contextTime = 0, performanceTime = 0 } = context?.getOutputTimestamp() ?? {};
    const toWall = (when: number) => performance.timeOrigin + performanceTime + (when - contextTime) * 1000;
    const times = [...new Set(strikes.values())].sort((a, b) => a - b).map(toWall);
    return { strikes: times, ...(loudAt && { loudAt }), ...(startAt && { startAt }) };
  });
}

/** What a camera reads from the QR code that the page shows. */
export async function qrCodeIn(page: Page): Promise<string> {
  const pixels = 6;
  const image = await page.getByRole('img', { name: /^QR code/ }).evaluate((element, pixels) => {
    const svg = element as unknown as SVGSVGElement;
    const { x, y, width } = svg.viewBox.baseVal;
    const path = svg.querySelector('path')!;
    const size = width * pixels;
    const data = Array.from({ length: size * size }, (_, i) => {
      const point = new DOMPoint(x + ((i % size) + 0.5) / pixels, y + (Math.floor(i / size) + 0.5) / pixels);
      return path.isPointInFill(point) ? 0 : 255;
    });
    return { size, data };
  }, pixels);
  const rgba = new Uint8Array(image.data.flatMap((value) => [value, value, value, 255]));
  return decodeQr({ width: image.size, height: image.size, data: rgba });
}

/** What the ring of the page shows as left, in seconds. */
export async function secondsLeftIn(page: Page): Promise<number> {
  const parts = (await page.getByRole('timer').innerText()).split(':').map(Number);
  return parts.reduce((sum, part) => sum * 60 + part, 0);
}

/** Waits until the page's bells are scheduled: three, of which the last has three strikes. */
export async function bellsScheduled(page: Page): Promise<number[]> {
  await expect.poll(async () => (await heardIn(page)).strikes.length).toBe(5);
  return (await heardIn(page)).strikes;
}
