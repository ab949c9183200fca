// The cookie of a login session in a real browser: who sees it, who can use it, and what other pages achieve.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { BrowserContext, Page, Response } from 'playwright-core';
import { afterAll, beforeAll, inject } from 'vitest';
import { expect, test, type Person } from './support/test';

const cookieName = '__Host-mindspace_refresh';
const refreshPath = '/api/v1/auth/refresh';

interface Reply {
  status: number;
  body: {
    code?: string;
    tokens?: { accessToken: string; sessionId: string; refreshToken?: string };
  };
}

/** A page of the program's own origin, whatever it shows. */
async function ownPage(context: BrowserContext): Promise<Page> {
  const page = await context.newPage();
  await page.goto('/docs');
  return page;
}

/** What a script of the page gets. */
function post(page: Page, path: string, body?: object, accessToken?: string): Promise<Reply> {
  const call = { path, body: body && JSON.stringify(body), accessToken };
  return page.evaluate(async ({ path, body, accessToken }) => {
    const headers = {
      ...(body && { 'Content-Type': 'application/json' }),
      ...(accessToken && { Authorization: `Bearer ${accessToken}` }),
    };
    const response = await fetch(path, {
      method: 'POST',
      headers,
      ...(body && { body }),
    });
    return {
      status: response.status,
      body: response.status === 204 ? {} : ((await response.json()) as Reply['body']),
    };
  }, call);
}

async function logIn(page: Page, { email, password, name }: Person): Promise<NonNullable<Reply['body']['tokens']>> {
  const account = { email, password, displayName: name, cookie: true };
  const { status, body } = await post(page, '/api/v1/auth/register', account);
  expect(status).toBe(201);
  if (!body.tokens) throw new Error('no tokens');
  return body.tokens;
}

async function cookieOf(context: BrowserContext): Promise<string | undefined> {
  return (await context.cookies(inject('url'))).find(({ name }) => name === cookieName)?.value;
}

// Pages of other origins, with nothing that would keep them from attacking.
const foreign = createServer((_request, response) => {
  response.setHeader('Content-Type', 'text/html');
  response.end('<!doctype html><link rel="icon" href="data:,"><h1>Free gifts</h1>');
});
beforeAll(async () => {
  foreign.listen(0, '127.0.0.1');
  await once(foreign, 'listening');
});
afterAll(() => foreign.close());

async function foreignPage(context: BrowserContext, host: string): Promise<Page> {
  const page = await context.newPage();
  await page.goto(`http://${host}:${(foreign.address() as AddressInfo).port}/`);
  return page;
}

/** Has a script of the page try to refresh. The browser sends the request, but the page gets no response. */
async function attackByScript(page: Page): Promise<void> {
  const outcome = await page.evaluate(
    (url) =>
      fetch(url, {
        method: 'POST',
        mode: 'no-cors',
        credentials: 'include',
      }).then((response) => response.type, String),
    inject('url') + refreshPath,
  );
  expect(outcome).toMatch(/^opaque$|Failed to fetch/);
}

/** Sends a form of the page, which then shows the response. */
async function attackByForm(page: Page): Promise<Response> {
  const target = inject('url') + refreshPath;
  const response = page.waitForResponse(target);
  await page.evaluate((url) => {
    const form = document.body.appendChild(document.createElement('form'));
    form.method = 'post';
    form.action = url;
    form.submit();
  }, target);
  return response;
}

test('the cookie is stored for the program alone, where no script sees it', async ({ openContext, person }) => {
  const context = await openContext();
  const page = await ownPage(context);
  const tokens = await logIn(page, person);
  expect('refreshToken' in tokens).toBe(false);
  expect(await page.evaluate(() => document.cookie)).toBe('');
  const cookies = await context.cookies();
  expect(cookies).toHaveLength(1);
  expect(cookies[0]).toMatchObject({
    name: cookieName,
    domain: 'localhost',
    path: '/',
    httpOnly: true,
    secure: true,
    sameSite: 'Strict',
  });
});

test('a page that is opened again has a new token by the cookie, which is replaced', async ({
  openContext,
  person,
}) => {
  const context = await openContext();
  const { sessionId } = await logIn(await ownPage(context), person);
  const first = await cookieOf(context);
  const { status, body } = await post(await ownPage(context), refreshPath);
  expect(status).toBe(200);
  expect(body.tokens).toMatchObject({ sessionId });
  expect(body.tokens?.refreshToken).toBeUndefined();
  expect((await cookieOf(context)) === first).toBe(false);
});

test('two tabs that refresh at once both stay signed in', async ({ openContext, person }) => {
  const context = await openContext();
  const tabs = [await ownPage(context), await ownPage(context)] as const;
  await logIn(tabs[0], person);
  for (let round = 0; round < 3; ++round) {
    const replies = await Promise.all(tabs.map((tab) => post(tab, refreshPath)));
    expect(replies.map(({ status }) => status)).toEqual([200, 200]);
  }
});

// Another port is another origin, but the same site: browsers send SameSite cookies with its requests.
test('a page of another port gets nothing, although the browser sends the cookie', async ({ openContext, person }) => {
  const context = await openContext();
  const own = await ownPage(context);
  await logIn(own, person);
  const before = await cookieOf(context);
  const attacker = await foreignPage(context, 'localhost');
  await attackByScript(attacker);
  const response = await attackByForm(attacker);
  expect((await response.request().allHeaders())['cookie']).toBe(`${cookieName}=${before}`);
  expect(response.status()).toBe(403);
  expect(await cookieOf(context)).toBe(before);
  expect((await post(own, refreshPath)).status).toBe(200);
});

test('for a page of another site the browser does not even send the cookie', async ({ openContext, person }) => {
  const context = await openContext();
  const own = await ownPage(context);
  await logIn(own, person);
  const attacker = await foreignPage(context, 'sibling.localhost');
  await attackByScript(attacker);
  const response = await attackByForm(attacker);
  expect((await response.request().allHeaders())['cookie']).toBeUndefined();
  expect(response.status()).toBe(403);
  expect((await post(own, refreshPath)).status).toBe(200);
});

test('signing out removes the cookie', async ({ openContext, person }) => {
  const context = await openContext();
  const page = await ownPage(context);
  const { accessToken } = await logIn(page, person);
  expect((await post(page, '/api/v1/auth/logout', undefined, accessToken)).status).toBe(204);
  expect(await context.cookies()).toEqual([]);
  expect(await post(page, refreshPath)).toMatchObject({
    status: 401,
    body: { code: 'credentials_missing' },
  });
});
