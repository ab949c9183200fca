// Steps with the timer.
import type { Page } from 'playwright-core';
import { expect } from 'vitest';

/** Opens the page of the timer, and chooses a length and no preparation. */
export async function prepareSit(page: Page, minutes: number, baseUrl = ''): Promise<void> {
  await page.goto(`${baseUrl}/sit`);
  await page.getByLabel('Other length in minutes').fill(String(minutes));
  await page.getByLabel('Preparation').selectOption('None');
}

export async function begin(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Begin' }).click();
  await page.getByRole('button', { name: 'Pause' }).waitFor();
}

/** What the running timer shows as left, in seconds. */
export async function secondsLeft(page: Page): Promise<number> {
  const [minutes = 0, seconds = 0] = (await page.getByRole('timer').innerText()).split(':').map(Number);
  return minutes * 60 + seconds;
}

/** The meditation that the page has stored. Times are by the page's clock. */
export function storedSit(page: Page): Promise<{ begunAt: number; pauses: { from: number; to: number }[] }> {
  return page.evaluate(() => JSON.parse(localStorage.getItem('mindspace.sit') ?? '') as never);
}

/** Waits until the timer shows the time that is left until then, by the page's clock. */
export async function expectTimeLeft(page: Page, endsAt: number): Promise<void> {
  const tolerance = 2;
  const fault = (timer: HTMLElement | SVGElement, endsAt: number) => {
    const [minutes = 0, seconds = 0] = (timer.textContent ?? '').split(':').map(Number);
    return Math.abs(minutes * 60 + seconds - (endsAt - Date.now()) / 1000);
  };
  await expect.poll(() => page.getByRole('timer').evaluate(fault, endsAt)).toBeLessThanOrEqual(tolerance);
}
