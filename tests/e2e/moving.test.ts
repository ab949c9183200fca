import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { appleHealthXml } from '../../clients/typescript/test/import/apple-health';
import { streamedZip } from '../../clients/typescript/test/import/archives';
import { expect, expectAccessible, expectFits, signUp, test } from './support/test';

interface TestFile {
  name: string;
  mimeType: string;
  buffer: Buffer;
}

function file(name: string, content: string | Uint8Array): TestFile {
  return { name, mimeType: 'application/octet-stream', buffer: Buffer.from(content) };
}

/** A session of ten minutes at seven for each of the days before 2026-03-01. */
function csvOfDays(days: number): string {
  const rows = Array.from({ length: days }, (_, i) => {
    const date = new Date(Date.UTC(2026, 1, 28 - i)).toISOString().slice(0, 10);
    return `${date} 07:00,10\n`;
  });
  return `start,minutes\n${rows.join('')}`;
}

async function choose(page: Page, chosen: TestFile | string): Promise<void> {
  await page.locator('main input[type=file]').setInputFiles(chosen);
}

async function importNow(page: Page, count: number): Promise<void> {
  await page.getByRole('button', { name: new RegExp(`^Import ${count} session`) }).click();
  await page.getByRole('heading', { name: /has been imported$/ }).waitFor();
}

async function undo(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Undo this import' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Undo this import' }).click();
  await page.getByRole('heading', { name: /has been undone$/ }).waitFor();
}

test('a table is looked at, corrected and imported, once, and undone', async ({ page, person }) => {
  await signUp(page, person);
  await page.goto('/moving');
  await page.getByText('Choose a file').waitFor();
  await expectAccessible(page);

  const table = file(
    'sits.csv',
    'Date,Duration,Activity,Note\n02/03/2026 07:15,20:30,Metta,"calm, and long"\n03/03/2026 07:15,10:00,,\n' +
      '31/02/2026 07:15,10:00,,\n03/03/2026 07:16,9:00,,\n',
  );
  await choose(page, table);
  await page.getByText('can be read in more than one way').waitFor();
  await page.getByText(/^3 sessions, 39 mins? in total, from 2 Mar 2026 to 3 Mar 2026$/).waitFor();
  await page.getByText('1 row cannot be imported').click();
  await page.getByText('the date cannot be read: 31/02/2026').waitFor();
  await page.getByRole('listitem').filter({ hasText: 'Loving-kindness' }).waitFor();
  await expectAccessible(page);

  await page.getByLabel('Dates are written as').selectOption('Month, day, year');
  await page.getByText('from 3 Feb 2026 to 3 Mar 2026').waitFor();
  await page.getByLabel('A length such as 20:30 is').selectOption('Hours and minutes');
  await page.getByText('20 hrs 30 mins').first().waitFor();
  await page.getByLabel('Dates are written as').selectOption('Day, month, year');
  await page.getByLabel('A length such as 20:30 is').selectOption('Minutes and seconds');
  await page.getByText('Leave out 1 session that overlaps another').waitFor();
  await importNow(page, 2);
  await page.getByText('2 new sessions, 30 min').waitFor();
  await page.getByText('1 overlaps another and was left out').waitFor();
  await expectAccessible(page);

  await page.getByRole('button', { name: 'Another file' }).click();
  await choose(page, table);
  await importNow(page, 2);
  await page.getByText('2 were here already').waitFor();

  // The first one, which has created them.
  await page.getByRole('button', { name: 'Another file' }).click();
  await undo(page);
  await page.getByRole('button', { name: 'Another file' }).click();
  await choose(page, table);
  await importNow(page, 2);
  await page.getByText('2 had been deleted here before').waitFor();
  await page.getByRole('button', { name: 'Bring back the deleted ones' }).click();
  await page.getByText(/^2 new sessions/).waitFor();
});

test('an archive of Apple Health is read in the browser, and a damaged one refused', async ({ page, person }) => {
  await signUp(page, person);
  await page.goto('/moving');
  const xml = appleHealthXml([
    { startDate: '2026-01-05 07:30:00 +0100', endDate: '2026-01-05 07:40:30 +0100' },
    { startDate: '2026-01-06 22:00:00 +0530', endDate: '2026-01-06 22:20:00 +0530', timezone: 'Asia/Kolkata' },
  ]);
  const archive = streamedZip({ 'apple_health_export/export.xml': xml });
  const bytes = new Uint8Array(await archive.arrayBuffer());
  await choose(page, file('export.zip', bytes.subarray(0, bytes.length - 40)));
  await page.getByText('The file is cut off').waitFor();
  await expectAccessible(page);
  await choose(page, file('picture.png', new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0, 0, 0, 13])));
  await page.getByText('none of the files that can be imported').waitFor();
  await choose(page, file('export.xml', xml.slice(0, -20)));
  await page.getByText('What comes before is fine').waitFor();

  await page.getByRole('button', { name: 'Another file' }).click();
  await choose(page, file('export.zip', bytes));
  await page.getByText('6 Jan 2026, 22:00').waitFor();
  await importNow(page, 2);
  await page.getByText('2 new sessions, 30 min').waitFor();
});

test('an interrupted import goes on after the page was closed, and nothing is there twice', async ({
  page,
  person,
}) => {
  const folder = await mkdtemp(join(tmpdir(), 'mindspace-moving-'));
  try {
    const path = join(folder, 'many.csv');
    await writeFile(path, csvOfDays(700));
    await signUp(page, person);
    await page.goto('/moving');
    await choose(page, path);
    let calls = 0;
    // The first batch arrives; the reply to the second is lost, and so is the network.
    await page.route('**/sessions/import', async (route) => {
      if (++calls === 2) await route.fetch();
      await (calls === 1 ? route.continue() : route.abort());
    });
    await page.getByRole('button', { name: 'Import 700 sessions' }).click();
    await page.getByRole('heading', { name: 'The import of many.csv was interrupted' }).waitFor();
    await page.getByText('500 new sessions').waitFor();

    await page.unroute('**/sessions/import');
    await page.goto('/moving');
    await page.getByText('Unfinished').waitFor();
    await page.getByRole('button', { name: 'Go on' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.locator('input[type=file]').setInputFiles(file('many.csv', 'start,minutes\n2026-02-01 07:00,10\n'));
    await dialog.getByText('That is another file').waitFor();
    await dialog.locator('input[type=file]').setInputFiles(path);
    await page.getByRole('heading', { name: 'many.csv has been imported' }).waitFor();
    await page.getByText('700 new sessions').waitFor();
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('a history moves to another account with its settings', async ({ page, person, openContext }) => {
  await signUp(page, person);
  await page.goto('/moving');
  await choose(page, file('days.csv', csvOfDays(30)));
  await importNow(page, 30);
  await page.goto('/account');
  await page.getByLabel('Daily goal in minutes').fill('45');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Saved.').waitFor();
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Export everything' }).click(),
  ]);

  const phone = await openContext({ viewport: { width: 360, height: 740 } });
  const other = await phone.newPage();
  await signUp(other, { ...person, email: `other.${person.email}` });
  await other.goto('/moving');
  await choose(other, await download.path());
  await other.getByText('goal 45 min').waitFor();
  await expectAccessible(other);
  await expectFits(other);
  await importNow(other, 30);
  await other.getByText('30 new sessions, 5 hrs').waitFor();
  await expectFits(other);
  await other.goto('/account');
  await expect.poll(() => other.getByLabel('Daily goal in minutes').inputValue()).toBe('45');
});
