import type { Page } from 'playwright-core';
import { inject } from 'vitest';
import { FaultProxy } from '../../clients/typescript/test/support/fault-proxy';
import { sessionsOf } from './support/api';
import {
  bellsScheduled,
  createGroup,
  endGroup,
  enterGroup,
  heardIn,
  listen,
  qrCodeIn,
  secondsLeftIn,
  startGroup,
} from './support/groups';
import { expect, expectAccessible, expectFits, signIn, signUp, test, type Person } from './support/test';

let others = 0;

/** Another person with the same password. */
function another(name: string): Person {
  return { name, email: `other.${process.pid}.${++others}.${Date.now()}@example.org`, password: 'quiet morning light' };
}

function tomorrow(): string {
  const at = new Date(Date.now() + 24 * 3_600_000);
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

test('a group is planned, found, put into a calendar, changed and cancelled', async ({ page, person, openContext }) => {
  const title = `Planned ${person.email}`;
  await signUp(page, person);
  const path = await createGroup(page, { title, scheduledFor: tomorrow() });
  await page.getByText(/\(tomorrow\)|\(in 2[34] hours\)/).waitFor();
  const calendar = await page.getByRole('link', { name: 'Add to calendar' }).getAttribute('href');
  expect(await (await page.request.get(calendar ?? '')).text()).toContain(`SUMMARY:Planned`);

  const guest = await (await openContext()).newPage();
  await signUp(guest, another('Ben Okri'));
  await guest.goto('/groups');
  await guest.getByRole('link', { name: title }).click();
  await guest.getByText('with Ada Lovelace').waitFor();
  expect(await guest.getByRole('link', { name: 'Change the group' }).count()).toBe(0);

  await page.getByRole('link', { name: 'Change the group' }).click();
  await page.getByLabel('Description').fill('Bring a cushion.');
  await page.getByLabel('Begins by itself at').fill('');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Bring a cushion.').waitFor();
  await page.getByText('Begins when the host starts it').waitFor();
  await page.getByRole('button', { name: 'Cancel the group' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel the group' }).click();
  await page.getByRole('main').getByText('The group was cancelled.').waitFor();
  await guest.goto(`${path}/room`);
  await guest.getByRole('heading', { name: 'The group was cancelled.' }).waitFor();
});

test('an unlisted group is found by its link, its QR code, and later in the list of those who know it', async ({
  page,
  person,
  openContext,
}) => {
  const title = `Hidden ${person.email}`;
  await signUp(page, person);
  const path = await createGroup(page, { title, unlisted: true });
  await page.getByRole('button', { name: 'Invite' }).click();
  const link = await page.getByLabel('Link to the group').inputValue();
  expect(link).toBe(inject('url') + path);
  expect(await qrCodeIn(page)).toBe(link);
  await expectAccessible(page);

  const guest = await (await openContext()).newPage();
  await signUp(guest, another('Ben Okri'));
  await guest.goto('/groups');
  const field = guest.getByLabel('Link to the group');
  await field.fill('hello');
  await guest.getByRole('button', { name: 'Open' }).click();
  await guest.getByRole('alert').filter({ hasText: 'This is no link to a group' }).waitFor();
  expect(await guest.getByRole('link', { name: title }).count()).toBe(0);
  await field.fill(link);
  await field.press('Enter');
  await guest.getByRole('heading', { name: title }).waitFor();
  await guest.goto('/groups');
  await guest.getByRole('link', { name: title }).waitFor();
  await guest.goto('/groups/019a0000-0000-7000-8000-00000000dead');
  await guest.getByRole('heading', { name: 'There is no such group' }).waitFor();
});

test('what was entered for a new group survives a busy server, a reload and a lost response', async ({
  page,
  person,
}) => {
  await signUp(page, person);
  await page.goto('/groups/new');
  await page.getByLabel('Title').fill(`First ${person.email}`);
  const busy = { status: 503, headers: { 'Retry-After': '60' }, json: { code: 'overloaded', status: 503 } };
  await page.route('**/api/v1/groups', (route) => route.fulfill(busy));
  await page.getByRole('button', { name: 'Create group' }).click();
  await page.getByRole('alert').filter({ hasText: 'busy or being updated' }).waitFor();
  await page.reload();
  expect(await page.getByLabel('Title').inputValue()).toBe(`First ${person.email}`);

  await page.unroute('**/api/v1/groups');
  await page.route('**/api/v1/groups', async (route) => {
    await route.fetch();
    await route.fulfill(busy);
  });
  await page.getByRole('button', { name: 'Create group' }).click();
  await page.getByRole('alert').filter({ hasText: 'busy or being updated' }).waitFor();
  await page.unroute('**/api/v1/groups');
  await page.getByLabel('Title').fill(`Once ${person.email}`);
  await page.getByRole('button', { name: 'Create group' }).click();
  await page.getByRole('heading', { name: `Once ${person.email}` }).waitFor();
  await page.goto('/groups');
  await page.getByRole('heading', { name: 'Your groups' }).waitFor();
  expect(await page.getByRole('link').filter({ hasText: person.email }).count()).toBe(1);
});

test('of two tabs in the same room one rings, and the other one when it is closed', async ({ page, person }) => {
  const other = await page.context().newPage();
  await Promise.all([listen(page), listen(other)]);
  await signUp(page, person);
  const path = await createGroup(page, { title: `Tabs ${person.email}` });
  await enterGroup(page, path, 1);
  await enterGroup(other, path, 1);
  await startGroup(page, '10 seconds');
  await bellsScheduled(page);
  expect((await heardIn(other)).strikes).toEqual([]);
  await page.close();
  await expect.poll(async () => (await heardIn(other)).strikes.length).toBeGreaterThan(0);
});

/** Two browsers in the room of a new group of a minute, the first one the host's. */
async function together(page: Page, guest: Page, person: Person, other: Person): Promise<string> {
  await Promise.all([listen(page), listen(guest)]);
  await signUp(page, person);
  await signUp(guest, other);
  const path = await createGroup(page, { title: `Together ${person.email}` });
  await enterGroup(page, path, 1);
  await enterGroup(guest, path, 2);
  return path;
}

test('two browsers begin and ring at the same moments, and both sessions are in their histories', async ({
  page,
  person,
  openContext,
}) => {
  const other = another('Ben Okri');
  const guest = await (await openContext()).newPage();
  await together(page, guest, person, other);
  expect(await guest.getByRole('button', { name: 'Begin together' }).count()).toBe(0);
  await guest.getByText('Waiting for Ada Lovelace').waitFor();
  await startGroup(page, '10 seconds');

  // Sound is handed to the audio clock seconds ahead, so what is compared does not depend on how fast this machine is now.
  // While it is busy its clock is known less well at first, and corrected.
  await Promise.all([bellsScheduled(page), bellsScheduled(guest)]);
  const apart = async () => {
    const [here, there] = await Promise.all([heardIn(page), heardIn(guest)]);
    return Math.max(...here.strikes.map((at, i) => Math.abs(at - (there.strikes[i] ?? 0))));
  };
  await expect.poll(apart).toBeLessThan(50);
  const bells = await bellsScheduled(page);
  expect(bells.map((at) => Math.round((at - (bells[0] ?? 0)) / 1000))).toEqual([0, 30, 60, 65, 70]);

  await guest.getByRole('button', { name: 'Bow' }).click();
  await expect.poll(() => page.getByRole('button', { name: 'Bow' }).innerText()).toContain('1');
  for (const one of [page, guest]) {
    await one.getByRole('heading', { name: 'Well done' }).waitFor({ timeout: 120_000 });
    await one.getByText('2 people sat together for 1 minute.').waitFor();
    const heard = await heardIn(one);
    const [first = 0] = heard.strikes;
    // Both had heard of it before it began; and there was sound, as soon as a busy machine has it.
    expect(heard.startAt).toBeLessThan(first);
    expect(heard.loudAt).toBeGreaterThan(first - 500);
    expect(heard.loudAt).toBeLessThan(first + 10_000);
    await one.getByText('In your history: 1 minute').waitFor();
  }
  expect(await apart()).toBeLessThan(50);
  await guest.getByLabel('Very good').check();
  await guest.getByLabel('Note').fill('With Ada.');
  await guest.getByRole('button', { name: 'Save' }).click();
  await guest.getByText('Saved.').waitFor();
  await expect.poll(() => sessionsOf(other)).toMatchObject([{ source: 'group', moodAfter: 5, note: 'With Ada.' }]);
  expect(await sessionsOf(person)).toMatchObject([{ source: 'group', plannedSeconds: 60 }]);
});

test('the network is cut during a sit: the ring goes on and the bells stay, and the room is entered again', async ({
  page,
  person,
  openContext,
}) => {
  const proxy = await FaultProxy.to(inject('url'));
  try {
    const guest = await (await openContext({ baseURL: proxy.url })).newPage();
    await together(page, guest, person, another('Ben Okri'));
    await startGroup(page, 'None');
    const before = await bellsScheduled(guest);
    proxy.down();
    await guest.getByText('Keep sitting: the bells ring on time').waitFor();
    const left = await secondsLeftIn(guest);
    await expect.poll(() => secondsLeftIn(guest)).toBeLessThan(left);
    const during = await bellsScheduled(guest);
    for (const [i, at] of during.entries()) expect(Math.abs(at - (before[i] ?? 0))).toBeLessThan(50);
    await page.getByRole('button', { name: 'Heart' }).click();
    await guest.getByRole('button', { name: 'Bow' }).click();
    await guest.getByText('There is no connection at the moment').waitFor();

    proxy.up();
    await guest.getByText('Keep sitting: the bells ring on time').waitFor({ state: 'detached' });
    // What happened meanwhile is received later.
    await expect.poll(() => guest.getByRole('button', { name: 'Heart' }).innerText()).toContain('1');
    await endGroup(page);
    await guest.getByText('The host ended the group').waitFor();
    await guest.getByText('Less than a minute is not in your history').waitFor();
  } finally {
    await proxy.close();
  }
});

test('other pages do not end a visit, a reload returns to it, and signing out everywhere ends it', async ({
  page,
  person,
  openContext,
}) => {
  await signUp(page, person);
  const path = await createGroup(page, { title: `Visit ${person.email}` });
  await enterGroup(page, path, 1);
  await page.getByRole('navigation').getByRole('link', { name: 'History' }).click();
  await page.getByText(`You are in the group “Visit ${person.email}”.`).waitFor();
  await page.getByRole('link', { name: 'Return' }).click();
  await page.getByRole('button', { name: 'Begin together' }).waitFor();
  await page.reload();
  await page.getByRole('heading', { name: '1 person here' }).waitFor();

  // A tab that was opened by a link has not been touched yet: then browsers let no sound out. Tests touch it with every look.
  const tab = await page.context().newPage();
  await tab.addInitScript(() => {
    let touched = false;
    addEventListener('pointerdown', () => (touched = true), { capture: true });
    const state = Object.getOwnPropertyDescriptor(BaseAudioContext.prototype, 'state')!;
    Object.defineProperty(AudioContext.prototype, 'state', {
      get() {
        return touched ? (state.get?.call(this) as AudioContextState) : 'suspended';
      },
    });
  });
  await tab.goto(`${path}/room`);
  await tab.getByRole('button', { name: 'Allow sound' }).click();
  await tab.getByRole('button', { name: 'Allow sound' }).waitFor({ state: 'detached' });
  await tab.close();

  const other = await (await openContext()).newPage();
  await other.goto('/sign-in?next=/account');
  await signIn(other, person);
  await other.getByRole('button', { name: 'Sign out everywhere' }).click();
  await other.getByRole('heading', { name: 'Welcome back' }).waitFor();
  await page.getByRole('heading', { name: 'You are signed out' }).waitFor();
  await page.getByRole('main').getByRole('link', { name: 'Sign in' }).click();
  await signIn(page, person);
  await page.getByRole('heading', { name: '1 person here' }).waitFor();
  await page.getByRole('button', { name: 'Leave' }).click();
  await page.getByRole('button', { name: 'Join in' }).waitFor();
});

test('a full group is named, and entered when there is room', async ({ page, person, openContext }) => {
  const guests = await Promise.all(
    ['Ben Okri', 'Cleo Sol'].map(async (name) => {
      const guest = await (await openContext()).newPage();
      await signUp(guest, another(name));
      return guest;
    }),
  );
  const [ben, cleo] = guests as [Page, Page];
  await signUp(page, person);
  const path = await createGroup(page, { title: 'For two', unlisted: true, most: 2 });
  await enterGroup(page, path, 1);
  await enterGroup(ben, path, 2);
  await cleo.goto(`${path}/room`);
  await cleo.getByRole('heading', { name: 'The group is full' }).waitFor();
  await ben.getByRole('button', { name: 'Leave' }).click();
  await page.getByRole('heading', { name: '1 person here' }).waitFor();
  await cleo.getByRole('button', { name: 'Come back' }).click();
  await page.getByText('Cleo Sol').waitFor();
});

function problem(status: number, code: string, headers: Record<string, string> = {}) {
  const body = { type: 'about:blank', title: code, status, detail: code, code, requestId: 'request-1' };
  return { status, headers, contentType: 'application/problem+json', body: JSON.stringify(body) };
}

test('each fault on the way into a room has its words, and those that pass are waited for', async ({
  page,
  person,
}) => {
  await signUp(page, person);
  const path = await createGroup(page, { title: 'Faults', unlisted: true });
  const passing = [
    { response: problem(429, 'rate_limited', { 'Retry-After': '12' }), text: 'try again in 12 seconds' },
    { response: problem(503, 'overloaded', { 'Retry-After': '11' }), text: 'busy or being updated' },
  ];
  for (const { response, text } of passing) {
    await page.route('**/ticket', (route) => route.fulfill(response));
    await page.goto(`${path}/room`);
    await page.getByText(text).waitFor();
    await page.getByText('It is tried again by itself').first().waitFor();
    await page.unroute('**/ticket');
    await page.getByRole('heading', { name: '1 person here' }).waitFor();
  }
  await page.route('**/ticket', (route) => route.fulfill(problem(403, 'forbidden')));
  await page.goto(`${path}/room`);
  await page.getByRole('heading', { name: 'You cannot take part in this group' }).waitFor();
});

test('messages of a newer server do no harm, and each end of the socket has its words', async ({ page, person }) => {
  let close: (code: number) => void = () => undefined;
  await page.routeWebSocket(/\/live\?/, (socket) => {
    const server = socket.connectToServer();
    close = (code) => void socket.close({ code });
    server.onMessage((message) => {
      socket.send(message);
      if (!String(message).includes('"welcome"')) return;
      socket.send(JSON.stringify({ type: 'aurora', colour: 'green' }));
      socket.send(JSON.stringify({ type: 'reaction', seq: 9_000_000, epoch: 'later', kind: 'wave' }));
      socket.send('not even JSON');
    });
  });
  await signUp(page, person);
  const path = await createGroup(page, { title: 'Newer', unlisted: true });
  await enterGroup(page, path, 1);
  await page.getByText('Ada Lovelace', { exact: true }).waitFor();
  close(4429);
  await page.getByRole('heading', { name: 'You are in groups on too many devices' }).waitFor();
  await page.getByRole('button', { name: 'Come back' }).click();
  await page.getByRole('heading', { name: '1 person here' }).waitFor();
  close(4403);
  await page.getByRole('heading', { name: 'You cannot take part in this group' }).waitFor();
});

test('a clock that is an hour wrong changes nothing in the room', async ({ page, person, openContext }) => {
  const guest = await (await openContext()).newPage();
  await guest.clock.install({ time: Date.now() - 3_600_000 });
  await together(page, guest, person, another('Ben Okri'));
  await startGroup(page, 'None');
  await guest.getByText('Mindfulness', { exact: true }).waitFor();
  const difference = async () => Math.abs((await secondsLeftIn(page)) - (await secondsLeftIn(guest)));
  await expect.poll(difference).toBeLessThanOrEqual(2);
  await guest.getByText('The clock of this device is about 60 minutes off').waitFor();
  expect(await secondsLeftIn(guest)).toBeLessThanOrEqual(60);
});

const looks = [
  {
    name: 'light, desktop',
    options: { colorScheme: 'light', viewport: { width: 1280, height: 800 }, reducedMotion: 'no-preference' },
  },
  { name: 'dark, phone', options: { colorScheme: 'dark', viewport: { width: 360, height: 640 } } },
] as const;

for (const { name, options } of looks) {
  test(`every page of groups is accessible, fits and needs only the keyboard: ${name}`, async ({
    openContext,
    person,
  }) => {
    const page = await (await openContext(options)).newPage();
    const check = async () => {
      await page.getByRole('status').filter({ hasText: 'Loading' }).waitFor({ state: 'detached' });
      await expectFits(page);
      await expectAccessible(page);
    };
    const press = async (button: string) => {
      await page.getByRole('button', { name: button, exact: true }).focus();
      await page.keyboard.press('Enter');
    };
    await signUp(page, person);
    await page.goto('/groups');
    await page.getByRole('heading', { name: 'Have you been invited?' }).waitFor();
    await check();
    await page.goto('/groups/new');
    await page.getByLabel('Title').waitFor();
    await check();
    const path = await createGroup(page, { title: `Looks ${person.email}`, scheduledFor: tomorrow() });
    await check();
    await page.goto(`${path}/edit`);
    await page.getByLabel('Begins by itself at').fill('');
    await check();
    await press('Save');
    await page.getByText('Begins when the host starts it').waitFor();
    await press('Join in');
    await page.getByRole('heading', { name: '1 person here' }).waitFor();
    await check();
    await press('Begin together');
    await page.getByText('Settle in').waitFor();
    await check();
    await press('Bow');
    await page.getByText('Mindfulness', { exact: true }).waitFor();
    await check();
    await press('End for everyone');
    await page.getByRole('dialog').waitFor();
    await check();
    await page.keyboard.press('Escape');
    await endGroup(page);
    await check();
  });
}

test('groups speak Russian', async ({ openContext, person }) => {
  const page = await (await openContext({ viewport: { width: 360, height: 640 } })).newPage();
  await signUp(page, person);
  const path = await createGroup(page, { title: `Вместе ${person.email}` });
  await page.evaluate(() => localStorage.setItem('mindspace.language', '"ru"'));
  await page.goto(path);
  await page.getByRole('button', { name: 'Присоединиться' }).click();
  await page.getByRole('heading', { name: 'Здесь 1 человек' }).waitFor();
  await expectFits(page);
  await expectAccessible(page);
  await page.goto('/groups/new');
  await page.getByRole('button', { name: 'Создать группу' }).waitFor();
  await expectFits(page);
});
