import { expect, signIn, signUp, test } from './support/test';

test('signing out everywhere ends the logins of all browsers', async ({ page, person, openContext }) => {
  await signUp(page, person);
  const context = await openContext();
  const other = await context.newPage();
  await other.goto('/sign-in?next=/account');
  await signIn(other, person);
  await other.getByRole('button', { name: 'Sign out everywhere' }).click();
  await other.getByRole('heading', { name: 'Welcome back' }).waitFor();
  expect(await context.cookies()).toEqual([]);

  await page.getByRole('link', { name: 'Account', exact: true }).click();
  await page.getByRole('heading', { name: 'Welcome back' }).waitFor();
  await page.getByText('Your login has expired').waitFor();
});

test('after an expired login the user returns to the page they wanted', async ({ page, person }) => {
  await signUp(page, person);
  await page.context().clearCookies();
  await page.goto('/history?kind=walking');
  await page.getByText('Your login has expired').waitFor();
  await page.getByRole('heading', { name: 'Welcome back' }).waitFor();
  await signIn(page, person);
  await page.getByRole('heading', { name: 'History' }).waitFor();
  expect(await page.getByLabel('Kind', { exact: true }).inputValue()).toBe('walking');
});

test('tabs that are opened at once stay signed in, and sign out together', async ({ page, person }) => {
  await signUp(page, person);
  const tabs = [page, await page.context().newPage(), await page.context().newPage()];
  for (let round = 0; round < 3; ++round) {
    await Promise.all(tabs.map((tab) => tab.goto('/account')));
    await Promise.all(tabs.map((tab) => tab.getByText('This device').waitFor()));
  }
  await page.getByRole('button', { name: 'Sign out', exact: true }).click();
  await Promise.all(tabs.map((tab) => tab.getByRole('heading', { name: 'Welcome back' }).waitFor()));
});
