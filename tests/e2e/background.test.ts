import { inject } from 'vitest';
import { watchBells } from './support/bells';
import { screenLocks, watchScreenLock } from './support/screen-lock';
import { expect, signIn, signUp, test } from './support/test';
import { begin, expectTimeLeft, storedSit } from './support/timer';

declare global {
  interface Window {
    /** While it is true no timer of the page runs: browsers only slow them down. */
    isAsleep?: boolean;
  }
}

const minutes = 5;
const preparationSeconds = 10;

test('a bell rings in a tab in the background, which is right about the time when it is in front again', async ({
  page,
  tabs,
  person,
}) => {
  await signUp(page, person);
  const tab = await tabs.newPage();
  await watchBells(tab);
  await watchScreenLock(tab);
  await tab.addInitScript(() => {
    const setInterval = window.setInterval.bind(window);
    const setTimeout = window.setTimeout.bind(window);
    const requestAnimationFrame = window.requestAnimationFrame.bind(window);
    const unlessAsleep =
      <Arguments extends unknown[]>(callback: (...args: Arguments) => void) =>
      (...args: Arguments) => {
        if (!window.isAsleep) callback(...args);
      };
    Object.assign(window, {
      setInterval: (callback: () => void, ms: number) => setInterval(unlessAsleep(callback), ms),
      setTimeout: (callback: () => void, ms: number) => setTimeout(unlessAsleep(callback), ms),
      requestAnimationFrame: (callback: FrameRequestCallback) => requestAnimationFrame(unlessAsleep(callback)),
    });
  });
  await tab.goto(`${inject('url')}/sign-in?next=/sit`);
  await signIn(tab, person);
  await tab.getByLabel('Other length in minutes').fill(String(minutes));
  await tab.getByLabel('Preparation').selectOption(`${preparationSeconds} seconds`);
  await begin(tab);
  await expect.poll(() => screenLocks(tab)).toBe(1);
  await expect.poll(() => tab.evaluate(() => window.bells?.strikes.length)).toBeGreaterThan(0);

  await tabs.newPage();
  await expect.poll(() => tab.evaluate(() => document.visibilityState)).toBe('hidden');
  await expect.poll(() => screenLocks(tab)).toBe(0);
  await tab.evaluate(() => void (window.isAsleep = true));
  await expect.poll(() => tab.evaluate(() => window.bells?.played)).toBeGreaterThan(0);

  await tab.evaluate(() => void (window.isAsleep = false));
  await tab.bringToFront();
  await expect.poll(() => screenLocks(tab)).toBe(1);
  await tab.getByText('Mindfulness').waitFor();
  const { begunAt } = await storedSit(tab);
  await expectTimeLeft(tab, begunAt + (preparationSeconds + minutes * 60) * 1000);
});
