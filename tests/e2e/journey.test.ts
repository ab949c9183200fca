import { sessionsOf } from './support/api';
import { problem } from './support/problems';
import { expect, linkFor, signUp, test } from './support/test';
import { begin } from './support/timer';

test('the way of a new user: from the sign-up to the map of the year', async ({ page, person }) => {
  await page.clock.install();
  await signUp(page, person);
  await page.goto(await linkFor(person, '/verify-email'));
  await page.getByRole('button', { name: 'Verify' }).click();
  await page.getByText('your address is verified').waitFor();
  await page.getByRole('link', { name: 'Continue' }).click();
  await page.getByText('Your first session').waitFor();
  expect(await page.getByText('Please verify your address').count()).toBe(0);

  const main = page.getByRole('main');
  await main.getByRole('link', { name: 'Meditate' }).first().click();
  await page.getByLabel('Other length in minutes').fill('15');
  await page.getByLabel('Preparation').selectOption('None');
  await page.getByLabel('Breathing').check();
  await page.getByLabel('Neutral', { exact: true }).check();
  // The server accepts no more seconds than have passed since a session began there: this one is imported when it has ended.
  await page.route('**/api/v1/sessions', (route) => route.fulfill(problem(503, 'overloaded', { 'Retry-After': '60' })));
  await begin(page);
  await page.clock.fastForward('15:00');
  await page.getByText('You meditated for 15 minutes.').waitFor();
  await page.getByLabel('Very good', { exact: true }).check();
  await page.getByLabel('Note').fill('The first one.');
  await page.getByRole('button', { name: 'Save session' }).click();
  await page.getByText('Saved: 15 minutes.').waitFor();

  await page.getByRole('navigation').getByRole('link', { name: 'History' }).click();
  await page.getByRole('button', { name: /^Edit: Breathing, 15 min/ }).waitFor();
  await page.getByText('The first one.').waitFor();
  const expected = { status: 'completed', kind: 'breathing', durationSeconds: 900, moodBefore: 3, moodAfter: 5 };
  expect(await sessionsOf(person)).toMatchObject([expected]);

  await page.getByRole('navigation').getByRole('link', { name: 'Home' }).click();
  // The page loads again by itself when statistics have the session, at most a moment later.
  await page.getByRole('grid', { name: 'Days of the year' }).waitFor();
  await page.getByRole('gridcell', { name: /: 15 minutes$/ }).waitFor();
  await main.getByText('1 day', { exact: true }).first().waitFor();
});
