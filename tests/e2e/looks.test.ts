import type { Page } from 'playwright-core';
import { expect, expectAccessible, expectFits, signUp, test } from './support/test';
import { begin, prepareSit } from './support/timer';

const guestPages = [
  '/',
  '/sign-in',
  '/sign-up',
  '/forgot-password',
  '/reset-password?token=t',
  '/verify-email?token=t',
  '/nowhere',
];
const userPages = ['/', '/sit', '/history', '/moving', '/account'];

const looks = [
  {
    name: 'light, desktop',
    options: { colorScheme: 'light', viewport: { width: 1280, height: 800 }, reducedMotion: 'no-preference' },
  },
  { name: 'dark, phone', options: { colorScheme: 'dark', viewport: { width: 360, height: 640 } } },
] as const;

async function check(page: Page): Promise<void> {
  await page.getByRole('heading', { level: 1 }).waitFor({ state: 'attached' });
  await page.getByRole('status').filter({ hasText: 'Loading' }).waitFor({ state: 'detached' });
  await expectFits(page);
  await expectAccessible(page);
}

for (const { name, options } of looks) {
  test(`every page is accessible and fits: ${name}`, async ({ openContext, person }) => {
    const page = await (await openContext(options)).newPage();
    for (const path of guestPages) {
      await page.goto(path);
      await check(page);
    }
    await signUp(page, person);
    for (const path of userPages) {
      await page.goto(path);
      await check(page);
    }
    await prepareSit(page, 5);
    await begin(page);
    await check(page);
    await page.getByRole('button', { name: 'End' }).click();
    await page.getByRole('heading', { name: 'Well done' }).waitFor();
    await check(page);
  });
}

test('language and appearance are chosen, and stay', async ({ page }) => {
  await page.goto('/');
  await page.getByRole('button', { name: 'Language, Appearance' }).click();
  await page.getByLabel('Русский').check();
  await page.getByRole('heading', { name: 'Тихое место для медитации' }).waitFor();
  await page.getByLabel('Тёмное').check();
  await page.reload();
  await page.getByRole('heading', { name: 'Тихое место для медитации' }).waitFor();
  expect(await page.getAttribute('html', 'lang')).toBe('ru');
  expect(await page.getAttribute('html', 'data-theme')).toBe('dark');
  await expectAccessible(page);
});

test('the browser’s language is the first choice, and fits a phone', async ({ openContext }) => {
  const page = await (await openContext({ locale: 'ru-RU', viewport: { width: 360, height: 640 } })).newPage();
  for (const path of guestPages) {
    await page.goto(path);
    await page.getByRole('heading', { level: 1, name: /[а-я]/i }).waitFor();
    await expectFits(page);
  }
});

test('the keyboard reaches everything, and a new page takes the focus', async ({ page }) => {
  await page.goto('/');
  await page.getByRole('heading', { level: 1 }).waitFor();
  await page.keyboard.press('Tab');
  expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Skip to the content');
  await page.getByRole('main').getByRole('link', { name: 'Sign in' }).focus();
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Welcome back' }).waitFor();
  await expect.poll(() => page.evaluate(() => (document.activeElement as HTMLInputElement).type)).toBe('email');
  await page.getByRole('link', { name: 'Forgot your password?' }).click();
  await page.goBack();
  await page.getByRole('heading', { name: 'Welcome back' }).waitFor();
});

test('from right to left nothing is cut off', async ({ openContext }) => {
  const page = await (await openContext({ viewport: { width: 360, height: 640 } })).newPage();
  for (const path of ['/', '/sign-up']) {
    await page.goto(path);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await page.evaluate(() => (document.documentElement.dir = 'rtl'));
    await expectFits(page);
  }
});
