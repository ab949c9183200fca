// How a page opens: what it takes, and what moves.
import type { BrowserContext, CDPSession, Page } from 'playwright-core';

/** How long nothing happens until a page counts as open. */
const quietMs = 500;

export interface Opening {
  /** Until the page shows what it is for, reacts to input, and has no long task any more for a while. */
  interactiveMs: number;
  /** The sum of layout shifts, as Web Vitals define them, and what moved. */
  shift: number;
  moved: string[];
}

interface LayoutShift extends PerformanceEntry {
  value: number;
  sources: { node?: Element }[];
}

/** In the page, before its scripts run. */
function watchOpening({ selector, quietMs }: { selector: string; quietMs: number }): void {
  let [shownAt, busyUntil, shift] = [0, 0, 0];
  const moved: string[] = [];
  const observe = <Entry>(type: string, take: (entry: Entry) => void) =>
    new PerformanceObserver((list) => list.getEntries().forEach((entry) => take(entry as Entry))).observe({
      type,
      buffered: true,
    });
  observe<PerformanceEntry>('longtask', ({ startTime, duration }) => {
    busyUntil = Math.max(busyUntil, startTime + duration);
  });
  observe<LayoutShift>('layout-shift', ({ value, sources }) => {
    shift += value;
    moved.push(...sources.map(({ node }) => node?.textContent?.slice(0, 40) ?? ''));
  });
  const opening = new Promise<Opening>((resolve) => {
    const look = () => {
      if (document.querySelector(selector)) shownAt ||= performance.now();
      const interactiveMs = Math.max(shownAt, busyUntil);
      if (shownAt && performance.now() > interactiveMs + quietMs) resolve({ interactiveMs, shift, moved });
      else requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  });
  Object.assign(window, { opening });
}

/** Opens the path in the page; it is open when there is what the selector finds. */
export async function open(page: Page, path: string, selector: string): Promise<Opening> {
  await page.addInitScript(watchOpening, { selector, quietMs });
  await page.goto(path);
  return page.evaluate(() => (window as unknown as { opening: Promise<Opening> }).opening);
}

/** The same with a processor that is so many times slower. */
export async function openSlowly(page: Page, slowdown: number, path: string, selector: string): Promise<Opening> {
  const session = await page.context().newCDPSession(page);
  await session.send('Emulation.setCPUThrottlingRate', { rate: slowdown });
  return open(page, path, selector);
}

/** A page's work of a known size: thousands of small objects and strings. */
function referenceWork(): void {
  const words = new Map<string, number[]>();
  for (let i = 0; i < 400_000; ++i) {
    const key = `word ${i % 5000}`;
    const places = words.get(key);
    if (places) places.push(i);
    else words.set(key, [i]);
  }
  JSON.parse(JSON.stringify([...words]));
}

async function metricOf(session: CDPSession, metric: string): Promise<number> {
  const { metrics } = await session.send('Performance.getMetrics');
  return metrics.find(({ name }) => name === metric)?.value ?? Number.NaN;
}

/** How often the page calculates styles meanwhile: once for each frame of an animation that it paints itself. */
export async function styleChangesDuring(page: Page, step: () => Promise<unknown>): Promise<number> {
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable');
  const before = await metricOf(session, 'RecalcStyleCount');
  await step();
  const changes = (await metricOf(session, 'RecalcStyleCount')) - before;
  await session.detach();
  return changes;
}

/** The processor time that opening the path costs the page's main thread, in units of the reference work. */
export async function workOf(context: BrowserContext, path: string, selector: string): Promise<number> {
  const page = await context.newPage();
  const session = await context.newCDPSession(page);
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  const seconds = () => metricOf(session, 'TaskDuration');
  try {
    await open(page, path, selector);
    const opened = await seconds();
    await page.evaluate(referenceWork);
    const both = await seconds();
    return opened / (both - opened);
  } finally {
    await page.close();
  }
}
