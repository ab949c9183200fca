import { sessionsOf } from './support/api';
import { expect, signUp, test } from './support/test';
import { begin, prepareSit, secondsLeft } from './support/timer';

test('without a network the client starts, and a meditation waits until it is sent once', async ({ page, person }) => {
  await page.clock.install();
  await signUp(page, person);
  await page.evaluate(async () => void (await navigator.serviceWorker.ready));
  await page.context().setOffline(true);
  await prepareSit(page, 10);
  await page.getByText('You are offline. The timer works').waitFor();
  await begin(page);
  await page.clock.fastForward('10:00');
  await page.getByRole('heading', { name: 'Well done' }).waitFor();
  await page.getByRole('button', { name: 'Save session' }).click();
  await page.getByText('Saved on this device').waitFor();
  await page.getByText('1 session waits to be sent').waitFor();
  await page.reload();
  await page.getByText('1 session waits to be sent').waitFor();

  await page.context().setOffline(false);
  const sent = { source: 'import', durationSeconds: 600, status: 'completed' };
  await expect.poll(() => sessionsOf(person)).toMatchObject([sent]);
  await page.getByText('waits to be sent').waitFor({ state: 'detached' });
  await page.reload();
  await page.getByRole('link', { name: 'Account', exact: true }).waitFor();
  expect(await sessionsOf(person)).toMatchObject([sent]);
});

test('a network that is cut during a meditation costs nothing', async ({ page, person }) => {
  await signUp(page, person);
  await page.evaluate(async () => void (await navigator.serviceWorker.ready));
  await prepareSit(page, 5);
  await begin(page);
  await expect.poll(async () => (await sessionsOf(person)).map(({ status }) => status)).toEqual(['active']);
  await page.context().setOffline(true);
  await page.reload();
  const left = await secondsLeft(page);
  await expect.poll(() => secondsLeft(page)).toBeLessThan(left);
  await page.getByRole('button', { name: 'Pause' }).click();
  await page.getByRole('button', { name: 'Resume' }).click();
  await page.getByRole('button', { name: 'End' }).click();
  await page.getByLabel('Note').fill('Without a network');
  await page.getByRole('button', { name: 'Save session' }).click();
  await page.getByText('Saved on this device').waitFor();
  await page.reload();
  await page.getByText('1 session waits to be sent').waitFor();

  await page.context().setOffline(false);
  const sent = { source: 'live', status: 'completed', plannedSeconds: 300, note: 'Without a network' };
  await expect.poll(() => sessionsOf(person)).toMatchObject([sent]);
  await page.getByText('waits to be sent').waitFor({ state: 'detached' });
});
