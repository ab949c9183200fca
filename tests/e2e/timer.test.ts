import { inject } from 'vitest';
import { sessionsOf } from './support/api';
import { expect, signIn, signUp, test } from './support/test';
import { forgetBells, ringTimes, watchBells } from './support/bells';
import { problem } from './support/problems';
import { screenLocks, watchScreenLock } from './support/screen-lock';
import { begin, expectTimeLeft, prepareSit, secondsLeft, storedSit } from './support/timer';

const busy = problem(503, 'overloaded', { 'Retry-After': '60' });

test('a meditation of real seconds is saved as one that was live', async ({ page, person }) => {
  await signUp(page, person);
  await prepareSit(page, 5);
  await page.getByLabel('Walking').check();
  await page.getByLabel('Low', { exact: true }).check();
  await begin(page);
  await expect.poll(() => secondsLeft(page)).toBeLessThan(299);
  await page.getByRole('button', { name: 'End' }).click();
  await page.getByRole('heading', { name: 'Well done' }).waitFor();
  await page.getByLabel('Very good').check();
  await page.getByLabel('Note').fill('Birds.');
  await page.getByRole('button', { name: 'Save session' }).click();
  await page.getByText(/^Saved: /).waitFor();

  await expect.poll(async () => (await sessionsOf(person))[0]?.status).toBe('completed');
  expect(await sessionsOf(person)).toMatchObject([
    { kind: 'walking', source: 'live', plannedSeconds: 300, moodBefore: 2, moodAfter: 5, note: 'Birds.' },
  ]);
});

test('a meditation survives reloads, counts no pauses, and is saved once though the server was busy', async ({
  page,
  person,
}) => {
  await page.clock.install();
  await signUp(page, person);
  await page.route('**/api/v1/sessions', (route) => route.fulfill(busy));
  await prepareSit(page, 20);
  await begin(page);

  await page.clock.fastForward('05:00');
  await page.reload();
  const { begunAt } = await storedSit(page);
  expect(await page.evaluate(() => Date.now())).toBeGreaterThanOrEqual(begunAt + 5 * 60_000);
  await expectTimeLeft(page, begunAt + 20 * 60_000);

  await page.getByRole('button', { name: 'Pause' }).click();
  await page.getByText('Only the time you meditate counts').waitFor();
  const left = await secondsLeft(page);
  await page.clock.fastForward('30:00');
  await page.reload();
  await page.getByRole('button', { name: 'Resume' }).waitFor();
  expect(await secondsLeft(page)).toBe(left);
  await page.getByRole('button', { name: 'Resume' }).click();

  await page.clock.fastForward('15:00');
  await page.getByRole('heading', { name: 'Well done' }).waitFor();
  await page.getByText('You meditated for 20 minutes.').waitFor();
  await page.getByLabel('Note').fill('Half of it');
  await page.reload();
  expect(await page.getByLabel('Note').inputValue()).toBe('Half of it');
  await page.getByRole('button', { name: 'Save session' }).click();
  await page.getByText(/^Saved: /).waitFor();

  const saved = {
    durationSeconds: 1200,
    plannedSeconds: 1200,
    status: 'completed',
    source: 'import',
    note: 'Half of it',
  };
  await expect.poll(() => sessionsOf(person)).toMatchObject([saved]);
  // For the program the device's clock is now an hour ahead.
  await page.getByText(/The clock of this device is about \d+ minutes off/).waitFor();
});

test('bells are handed to the audio clock ahead of time, and come later after a pause', async ({ page, person }) => {
  await watchBells(page);
  await page.clock.install();
  await signUp(page, person);
  await prepareSit(page, 20);
  await page.getByLabel('Bell on the way, every').selectOption('5 minutes');
  await begin(page);
  const { begunAt } = await storedSit(page);
  // The first one rings as soon as the browser lets sound out, which takes a moment.
  const later = async (since: number) => (await ringTimes(page, since)).filter((seconds) => seconds > 10);
  await expect.poll(() => later(begunAt)).toEqual([300, 600, 900, 1200, 1205, 1210]);

  await page.getByRole('button', { name: 'Pause' }).click();
  await page.clock.fastForward('10:00');
  await forgetBells(page);
  await page.getByRole('button', { name: 'Resume' }).click();
  await page.getByRole('button', { name: 'Pause' }).waitFor();
  const [paused] = (await storedSit(page)).pauses;
  const pausedMs = paused ? paused.to - paused.from : 0;
  expect(pausedMs).toBeGreaterThanOrEqual(600_000);
  await expect.poll(() => later(begunAt + pausedMs)).toEqual([300, 600, 900, 1200, 1205, 1210]);
});

test('a bell can be heard before', async ({ page, person }) => {
  await watchBells(page);
  await signUp(page, person);
  await page.goto('/sit');
  const loudness = async () => {
    await page.getByRole('button', { name: 'Hear the bell' }).click();
    return page.evaluate(() => window.bells?.loudness());
  };
  await expect.poll(loudness).toBeGreaterThan(0.05);
});

test('the screen stays on during a meditation, unless the user does not want that', async ({ page, tabs, person }) => {
  await signUp(page, person);
  const tab = await tabs.newPage();
  await watchScreenLock(tab);
  await tab.goto(`${inject('url')}/sign-in?next=/sit`);
  await signIn(tab, person);
  await tab.getByRole('button', { name: 'Begin' }).waitFor();
  await prepareSit(tab, 5, inject('url'));
  await begin(tab);
  await expect.poll(() => screenLocks(tab)).toBe(1);
  await tab.getByRole('button', { name: 'End' }).click();
  await expect.poll(() => screenLocks(tab)).toBe(0);
  await tab.getByRole('button', { name: 'Save session' }).click();
  await tab.getByText(/^Saved: /).waitFor();

  await prepareSit(tab, 5, inject('url'));
  await tab.getByLabel('Keep the screen on').uncheck();
  await begin(tab);
  // The timer shows time that has passed: the page has had its chance.
  await expect.poll(() => secondsLeft(tab)).toBeLessThan(299);
  expect(await screenLocks(tab)).toBe(0);
});

test('a session that was discarded is in no history', async ({ page, person }) => {
  await signUp(page, person);
  await prepareSit(page, 5);
  await begin(page);
  await page.getByRole('button', { name: 'End' }).click();
  await page.getByRole('button', { name: 'Discard' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Discard' }).click();
  await page.getByRole('button', { name: 'Begin' }).waitFor();
  await expect.poll(async () => (await sessionsOf(person)).map(({ status }) => status)).toEqual(['abandoned']);
});

test('a login that expires during a meditation does not end it', async ({ page, person, openContext }) => {
  await signUp(page, person);
  await prepareSit(page, 5);
  await begin(page);
  const other = await (await openContext()).newPage();
  await other.goto('/sign-in?next=/account');
  await signIn(other, person);
  await other.getByRole('button', { name: 'Sign out everywhere' }).click();
  await other.getByRole('heading', { name: 'Welcome back' }).waitFor();

  await page.getByRole('button', { name: 'End' }).click();
  await page.getByLabel('Note').fill('Undisturbed');
  await page.getByRole('button', { name: 'Save session' }).click();
  await page.getByText('Your login has expired').waitFor();
  await page.getByText('1 session waits to be sent').waitFor();
  await page.getByRole('banner').getByRole('link', { name: 'Sign in' }).click();
  await signIn(page, person);
  await expect.poll(() => sessionsOf(person)).toMatchObject([{ note: 'Undisturbed' }]);
});
