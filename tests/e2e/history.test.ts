import { importSessions, sessionsOf } from './support/api';
import { expect, expectAccessible, expectFits, signUp, test } from './support/test';

const day = 24 * 60;

const looks = [
  { name: 'light, desktop', options: { colorScheme: 'light', viewport: { width: 1280, height: 800 } } },
  { name: 'dark, phone', options: { colorScheme: 'dark', viewport: { width: 360, height: 640 } } },
] as const;

for (const { name, options } of looks) {
  test(`the start page shows the day, the year and the weeks: ${name}`, async ({ openContext, person }) => {
    const page = await (await openContext(options)).newPage();
    await signUp(page, person);
    await page.getByText('Your first session').waitFor();
    await importSessions(person, [
      { minutesAgo: 0, minutes: 12 },
      { minutesAgo: 40 * day, minutes: 30, kind: 'walking' },
    ]);
    // Statistics contain an import within a second.
    await expect
      .poll(async () => {
        await page.goto('/');
        await page.getByRole('heading', { name: 'Today' }).waitFor();
        return page.getByRole('grid', { name: 'Days of the year' }).count();
      })
      .toBe(1);
    await page.getByRole('listitem').filter({ hasText: '1 session' }).first().waitFor();
    await expectAccessible(page);
    await expectFits(page);

    await page.getByText('As a table').last().click();
    await page.getByRole('cell', { name: '12 min' }).waitFor();
    await page.getByLabel('Months', { exact: true }).check();
    await page.getByRole('link', { name: /: 30 minutes$/ }).waitFor();

    const chosen = page.getByRole('gridcell', { selected: true });
    await page.getByRole('grid').focus();
    await page.keyboard.press('Home');
    await expect.poll(() => chosen.getAttribute('aria-label')).toContain('1 January');
    // It began yesterday if it is a few minutes past midnight.
    const newest = async () => {
      await page.keyboard.press('End');
      if ((await chosen.getAttribute('aria-label'))?.endsWith('no meditation')) await page.keyboard.press('ArrowUp');
      return chosen.getAttribute('aria-label');
    };
    await expect.poll(newest).toMatch(/: 12 minutes$/);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'History' }).waitFor();
    await expect.poll(() => page.getByRole('button', { name: /^Edit: Mindfulness, 12 min/ }).count()).toBe(1);
    await expectAccessible(page);
    await expectFits(page);
  });
}

test('the history is filtered and read page by page', async ({ page, person }) => {
  await signUp(page, person);
  await page.goto('/history');
  await page.getByText('No sessions yet').waitFor();
  const walks = Array.from({ length: 2 }, (_, n) => ({ minutesAgo: (n + 1) * day, minutes: 10, kind: 'walking' }));
  const others = Array.from({ length: 40 }, (_, n) => ({ minutesAgo: (n + 3) * day, minutes: 20 }));
  await importSessions(person, [...walks, ...others]);
  await page.reload();
  const rows = page.getByRole('button', { name: /^Edit: / });
  await rows.first().waitFor();
  await page.getByRole('contentinfo').scrollIntoViewIfNeeded();
  await expect.poll(() => rows.count()).toBe(42);

  await page.getByLabel('Kind', { exact: true }).selectOption('Walking');
  await expect.poll(() => rows.count()).toBe(2);
  await expect.poll(() => page.url()).toContain('kind=walking');
  await page.getByLabel(/^From/).fill('2026-02-02');
  await page.getByLabel(/^To/).fill('2026-02-01');
  await page.getByText('This day is before the first one').waitFor();
  await page.getByRole('button', { name: 'Clear filters' }).click();
  await expect.poll(() => rows.count()).toBeGreaterThan(2);
});

test('a session is changed, not over a change from elsewhere, and deleted with undo', async ({ page, person }) => {
  await signUp(page, person);
  await importSessions(person, [{ minutesAgo: 60, minutes: 10, note: 'Birds' }]);
  await page.goto('/history');
  await page.getByText('Birds').waitFor();
  const other = await page.context().newPage();
  await other.goto('/history');
  await other.getByRole('button', { name: /^Edit: / }).click();
  await other.getByLabel('Note').fill('Rain');

  await page.getByRole('button', { name: /^Edit: / }).click();
  await page.getByLabel('Very good').check();
  await page.getByLabel('Note').fill('Wind');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Saved.').waitFor();
  await page.getByText('Wind').waitFor();

  await other.getByRole('button', { name: 'Save' }).click();
  await other.getByText('The note there: Wind').waitFor();
  expect(await other.getByLabel('Note').inputValue()).toBe('Rain');
  await other.getByRole('button', { name: 'Save' }).click();
  await other.getByText('Saved.').waitFor();
  expect(await sessionsOf(person)).toMatchObject([{ note: 'Rain' }]);
  await other.close();

  await page.getByRole('button', { name: /^Delete: / }).click();
  await page.getByText('No sessions yet').waitFor();
  await page.getByRole('button', { name: 'Undo' }).click();
  await page.getByText('Wind').waitFor();
  expect(await sessionsOf(person)).toHaveLength(1);
  await page.getByRole('button', { name: /^Delete: / }).click();
  await page.getByRole('link', { name: 'Home' }).click();
  await expect.poll(() => sessionsOf(person)).toEqual([]);
});

test('a history that cannot be loaded says so, and comes when the server is back', async ({ page, person }) => {
  await signUp(page, person);
  await importSessions(person, [{ minutesAgo: 60, minutes: 10 }]);
  await page.route(/\/(api|livez)/, (route) => route.abort());
  await page.goto('/history');
  await page.getByRole('alert').getByText('The server cannot be reached').waitFor();
  await page.unroute(/\/(api|livez)/);
  await page.getByRole('button', { name: /^Edit: / }).waitFor();
});
