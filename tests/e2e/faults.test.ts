import { importSessions, sessionsOf } from './support/api';
import { problem } from './support/problems';
import { expect, signIn, signUp, test } from './support/test';
import { begin } from './support/timer';

test('each fault of the API has its words, and the form keeps what was entered', async ({ page, person }) => {
  await page.goto('/sign-in');
  const answers = [
    { response: problem(429, 'rate_limited', { 'Retry-After': '42' }), text: 'try again in 42 seconds' },
    { response: problem(503, 'overloaded', { 'Retry-After': '60' }), text: 'busy or being updated' },
    { response: problem(500, 'internal'), text: 'request-1' },
    {
      response: { status: 200, contentType: 'text/html', body: '<p>Welcome to this hotel' },
      text: 'does not understand',
    },
    { response: { status: 200, contentType: 'application/json', body: '{"pony": true}' }, text: 'does not understand' },
  ];
  for (const { response, text } of answers) {
    await page.route('**/api/v1/auth/login', (route) => route.fulfill(response));
    await signIn(page, person);
    await page.getByRole('alert').filter({ hasText: text }).waitFor();
    expect(await page.getByLabel('Email address').inputValue()).toBe(person.email);
    await page.unroute('**/api/v1/auth/login');
  }
});

test('an unreachable server is named once, and the client notices that it is back', async ({ page, person }) => {
  await signUp(page, person);
  await page.route(/\/(api|livez)/, (route) => route.abort());
  await page.goto('/account');
  await page.getByText('The server cannot be reached. The timer works').waitFor();
  await page.getByRole('button', { name: 'Try again' }).waitFor();
  await page.unroute(/\/(api|livez)/);
  await expect.poll(() => page.getByText('The timer works').count()).toBe(0);
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.getByText('This device').waitFor();
});

test('an account of a newer server is shown as far as it is understood', async ({ page, person }) => {
  await signUp(page, person);
  await page.route('**/api/v1/users/me', (route) => route.fulfill({ json: { version: 2 } }));
  await page.goto('/account');
  await page.getByText('does not understand').first().waitFor();
  await page.getByText('This device').waitFor();
});

test('a browser without storage is told so, and works', async ({ page, person }) => {
  await page.addInitScript(() => {
    const refuse = () => {
      throw new DOMException('No', 'SecurityError');
    };
    for (const name of ['localStorage', 'indexedDB'] as const) Object.defineProperty(window, name, { get: refuse });
  });
  await signUp(page, person);
  await page.getByText('This browser does not allow storage').waitFor();
});

test('a full storage is named, and nothing entered is lost', async ({ page, person }) => {
  await signUp(page, person);
  await page.goto('/sit');
  await page.evaluate(() => {
    Storage.prototype.setItem = () => {
      throw new DOMException('Full', 'QuotaExceededError');
    };
  });
  await page.getByLabel('Preparation').selectOption('None');
  await page.getByText('This browser has no space left').waitFor();
  await begin(page);
  await page.getByRole('button', { name: 'End' }).click();
  await page.getByLabel('Note').fill('Kept');
  await page.getByRole('button', { name: 'Save session' }).click();
  await page.getByText(/^Saved: /).waitFor();
});

test('without space for the queue a session waits in the page, which says so', async ({ page, person }) => {
  await page.addInitScript(() => {
    const refuse = () => {
      throw new DOMException('Full', 'QuotaExceededError');
    };
    IDBObjectStore.prototype.put = refuse;
    IDBObjectStore.prototype.add = refuse;
    Storage.prototype.setItem = refuse;
  });
  await signUp(page, person);
  await page.getByRole('navigation').getByRole('link', { name: 'Meditate' }).click();
  await page.getByLabel('Preparation').selectOption('None');
  await begin(page);
  await page.context().setOffline(true);
  await page.getByRole('button', { name: 'End' }).click();
  await page.getByLabel('Note').fill('Kept');
  await page.getByRole('button', { name: 'Save session' }).click();
  await page.getByText('Please leave it open until it has been sent').waitFor();
  await page.context().setOffline(false);
  await expect.poll(() => sessionsOf(person)).toMatchObject([{ note: 'Kept' }]);
});

test('a change that cannot be sent stays in its form', async ({ page, person }) => {
  await signUp(page, person);
  await importSessions(person, [{ minutesAgo: 60, minutes: 10 }]);
  await page.goto('/history');
  await page.getByRole('button', { name: /^Edit: / }).click();
  await page.getByLabel('Note').fill('Rain');
  await page.route('**/api/v1/sessions/*', (route) =>
    route.fulfill(problem(503, 'overloaded', { 'Retry-After': '60' })),
  );
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('alert').filter({ hasText: 'busy or being updated' }).waitFor();
  await page.unroute('**/api/v1/sessions/*');
  expect(await page.getByLabel('Note').inputValue()).toBe('Rain');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect.poll(() => sessionsOf(person)).toMatchObject([{ note: 'Rain' }]);
});

test('a clock that is an hour wrong is named', async ({ page, person }) => {
  await page.clock.install({ time: Date.now() - 3_600_000 });
  await signUp(page, person);
  await page.getByText(/The clock of this device is about (59|60|61) minutes off/).waitFor();
});
