import { expect, linkFor, signIn, signUp, test } from './support/test';

test('an account is created, and its address verified with the mailed link', async ({ page, person }) => {
  await signUp(page, person);
  await page.getByText('Please verify your address').waitFor();

  const link = await linkFor(person, '/verify-email');
  await page.goto(link);
  // The token must not stay where others may read it.
  await expect.poll(() => page.url().includes('token')).toBe(false);
  await page.getByRole('button', { name: 'Verify' }).click();
  await page.getByText('your address is verified').waitFor();
  await page.getByRole('link', { name: 'Continue' }).click();
  await page.getByRole('link', { name: 'Account', exact: true }).waitFor();
  await expect.poll(() => page.getByText('Please verify your address').count()).toBe(0);

  await page.goto(link);
  await page.getByRole('button', { name: 'Verify' }).click();
  await page.getByText('This link is no longer valid').waitFor();
});

test('a form says what is wrong, and keeps what was entered', async ({ page, person }) => {
  await page.goto('/sign-up');
  await page.getByLabel('Name').fill(person.name);
  await page.getByLabel('Email address').fill(person.email);
  await page.getByLabel('Password', { exact: true }).fill('password1');
  await page.getByRole('button', { name: 'Create account' }).click();
  await page.getByText('one of the most common passwords').first().waitFor();
  expect(await page.getByLabel('Email address').inputValue()).toBe(person.email);

  await page.getByLabel('Password', { exact: true }).fill(person.password);
  await page.getByRole('button', { name: 'Create account' }).click();
  await page.getByRole('link', { name: 'Account', exact: true }).waitFor();
});

test('a wrong password and an unknown address look the same', async ({ page, person, openContext }) => {
  await signUp(page, person);
  const other = await (await openContext()).newPage();
  await other.goto('/sign-in');
  await signIn(other, { ...person, password: 'not this one' });
  await other.getByText('The email address or the password is wrong').waitFor();
  await signIn(other, { ...person, email: `unknown.${person.email}` });
  await other.getByText('The email address or the password is wrong').waitFor();
});

test('a forgotten password is reset with the mailed link, which ends the other logins', async ({
  page,
  person,
  openContext,
}) => {
  await signUp(page, person);
  const other = await (await openContext()).newPage();
  await other.goto('/sign-in');
  await other.getByRole('link', { name: 'Forgot your password?' }).click();
  await other.getByLabel('Email address').fill(person.email);
  await other.getByRole('button', { name: 'Send the link' }).click();
  await other.getByText('a mail with a link is on its way').waitFor();

  await other.goto(await linkFor(person, '/reset-password'));
  const changed = { ...person, password: 'an even quieter evening' };
  await other.getByLabel('New password').fill(changed.password);
  await other.getByRole('button', { name: 'Set password' }).click();
  await other.getByText('Your new password is set').waitFor();
  await signIn(other, changed);
  await other.getByRole('link', { name: 'Account', exact: true }).waitFor();

  await page.goto('/account');
  await page.getByRole('heading', { name: 'Welcome back' }).waitFor();
});

test('devices are listed and signed out, and the password is changed', async ({ page, person, openContext }) => {
  await signUp(page, person);
  const other = await (await openContext()).newPage();
  await other.goto('/sign-in?next=/account');
  await signIn(other, person);
  await other.getByText('This device').waitFor();
  await other.getByRole('button', { name: /^Sign out Chrome/ }).click();
  await other.getByText('Signed out.', { exact: true }).waitFor();
  await page.goto('/account');
  await page.getByRole('heading', { name: 'Welcome back' }).waitFor();

  await other.getByLabel('Current password').fill('wrong');
  await other.getByLabel('New password').fill('an even quieter evening');
  await other.getByRole('button', { name: 'Change password' }).click();
  await other.getByText('This is not your current password').waitFor();
  await other.getByLabel('Current password').fill(person.password);
  await other.getByRole('button', { name: 'Change password' }).click();
  await other.getByText('Your password is changed').waitFor();
});

test('the profile is changed, and a change from elsewhere is not overwritten', async ({
  page,
  person,
  openContext,
}) => {
  await signUp(page, person);
  const other = await (await openContext()).newPage();
  await other.goto('/sign-in?next=/account');
  await signIn(other, person);
  await other.getByLabel('Daily goal in minutes').fill('25');
  await page.goto('/account');
  await page.getByLabel('Daily goal in minutes').fill('45');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Saved.').waitFor();

  await other.getByRole('button', { name: 'Save' }).click();
  await other.getByText('Your profile has been changed elsewhere').waitFor();
  expect(await other.getByLabel('Daily goal in minutes').inputValue()).toBe('45');
});

test('data is exported, and the account deleted', async ({ page, person }) => {
  await signUp(page, person);
  await page.goto('/account');
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Export everything' }).click(),
  ]);
  expect(download.suggestedFilename()).toMatch(/^mindspace-.*\.json$/);

  await page.getByRole('button', { name: 'Delete account' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Password', { exact: true }).fill('wrong');
  await dialog.getByRole('button', { name: 'Delete for good' }).click();
  await dialog.getByText('This is not your current password').waitFor();
  await dialog.getByLabel('Password', { exact: true }).fill(person.password);
  await dialog.getByRole('button', { name: 'Delete for good' }).click();
  await page.getByText('Your account is deleted').waitFor();
  await page.goto('/sign-in');
  await signIn(page, person);
  await page.getByText('The email address or the password is wrong').waitFor();
});
