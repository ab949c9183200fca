// Makes the pictures of README and docs, only when asked: MINDSPACE_SCREENSHOTS names the folder in the repository.
import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { importSessions } from './support/api';
import { createGroup, endGroup, enterGroup, startGroup } from './support/groups';
import { yearOfPractice } from './support/practice';
import { expect, linkFor, signUp, test } from './support/test';
import { begin, prepareSit } from './support/timer';

const asked = process.env['MINDSPACE_SCREENSHOTS'];
const folder = join(fileURLToPath(new URL('../..', import.meta.url)), asked ?? '');

const looks = {
  'light-desktop': { colorScheme: 'light', viewport: { width: 1280, height: 800 } },
  'dark-phone': { colorScheme: 'dark', viewport: { width: 390, height: 780 }, isMobile: true, hasTouch: true },
} as const;

for (const [look, options] of Object.entries(looks)) {
  test.skipIf(!asked)(`pictures: ${look}`, async ({ openContext, person }) => {
    mkdirSync(folder, { recursive: true });
    const page: Page = await (await openContext(options)).newPage();
    const picture = async (name: string) => {
      await page.getByRole('status').filter({ hasText: 'Loading' }).waitFor({ state: 'detached' });
      await page.mouse.move(0, 0);
      await page.evaluate(async () => {
        (document.activeElement as HTMLElement).blur();
        await document.fonts.ready;
      });
      await page.screenshot({ path: join(folder, `web-${name}-${look}.png`), animations: 'disabled' });
    };
    await page.goto('/');
    await page.getByRole('heading', { level: 1 }).waitFor();
    await picture('welcome');
    await signUp(page, person);
    await page.goto(await linkFor(person, '/verify-email'));
    await page.getByRole('button', { name: 'Verify' }).click();
    await page.getByText('your address is verified').waitFor();
    await importSessions(person, yearOfPractice());
    const hasMap = async () => {
      await page.goto('/');
      await page.getByRole('heading', { name: 'Today' }).waitFor();
      return page.getByRole('gridcell', { name: /: 15 minutes$/ }).count();
    };
    await expect.poll(hasMap).toBeGreaterThan(0);
    await picture('home');
    await page.getByRole('heading', { name: 'Over time' }).evaluate((heading) => {
      const spaceAbove = 110;
      scrollTo(0, heading.getBoundingClientRect().top + scrollY - spaceAbove);
    });
    await picture('charts');
    await page.goto('/history');
    await page
      .getByRole('button', { name: /^Edit: / })
      .first()
      .waitFor();
    await picture('history');

    const path = await createGroup(page, { title: 'Morning silence', minutes: 20 });
    const planned = await createGroup(page, {
      title: 'Walking at noon',
      minutes: 30,
      scheduledFor: '2027-05-01T12:00',
    });
    await page.goto('/groups');
    await page.getByRole('link', { name: 'Walking at noon' }).waitFor();
    await picture('groups');
    await enterGroup(page, path, 1);
    for (const [i, name] of ['Ben Okri', 'Ольга Седакова', 'Cleo Sol'].entries()) {
      const guest = await (await openContext()).newPage();
      await signUp(guest, { ...person, name, email: `${i}.${person.email}` });
      await enterGroup(guest, path, i + 2);
    }
    await startGroup(page, 'None');
    await page.getByText('Mindfulness', { exact: true }).waitFor();
    await picture('room');
    // The next look does not show them.
    await endGroup(page);
    await page.goto(planned);
    await page.getByRole('button', { name: 'Cancel the group' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel the group' }).click();
    await page.getByRole('main').getByText('The group was cancelled.').waitFor();

    await page.clock.install();
    await prepareSit(page, 20);
    await picture('timer');
    await begin(page);
    await page.clock.fastForward('07:24');
    await picture('running');
    await page.getByRole('button', { name: 'End' }).click();
    await page.getByLabel('Good', { exact: true }).check();
    await page.getByLabel('Note').fill('The rain on the roof, and little else.');
    await picture('finished');
  });
}
