// Steps with the timer.
import type { Page } from 'playwright-core';

/** Chooses a length and no preparation on the page of the timer. */
export async function prepareSit(page: Page, minutes: number): Promise<void> {
  await page.goto('/sit');
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
