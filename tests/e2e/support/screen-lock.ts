// Whether a page keeps the screen on.
import type { Page } from 'playwright-core';

declare global {
  interface Window {
    screenLocks?: number;
  }
}

/** To be called before the page is opened. */
export async function watchScreenLock(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const { request } = WakeLock.prototype;
    window.screenLocks = 0;
    WakeLock.prototype.request = async function (type) {
      const lock = await request.call(this, type);
      window.screenLocks = (window.screenLocks ?? 0) + 1;
      lock.addEventListener('release', () => (window.screenLocks = (window.screenLocks ?? 0) - 1));
      return lock;
    };
  });
}

/** How many locks the page holds. */
export function screenLocks(page: Page): Promise<number | undefined> {
  return page.evaluate(() => window.screenLocks);
}
