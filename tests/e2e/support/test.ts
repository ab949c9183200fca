// `test` with what tests of the client need. Each test has its own browser contexts, and fails if one of their pages does.
import axe from 'axe-core';
import { chromium, type Browser, type BrowserContext, type BrowserContextOptions, type Page } from 'playwright-core';
import { expect, inject, test as base } from 'vitest';
import { chromiumArguments, headlessShellPath } from './chromium';
import { mailedLink } from './mails';
import { openTabs } from './tabs';

export interface Person {
  email: string;
  password: string;
  name: string;
}

interface Fixtures {
  /** Another browser, with its own cookies and storage. Nothing moves in it by default: without a GPU that is much work. */
  openContext: (options?: BrowserContextOptions) => Promise<BrowserContext>;
  page: Page;
  /** Tabs of a browser of its own, of which the one in front is visible. Without `baseURL`. */
  tabs: BrowserContext;
  /** Somebody without an account. */
  person: Person;
}

// Only a test that fails waits this long, and one on an overloaded machine. Longer than the client's waits between its probes of
// a server that is away (src/app/connection.ts).
const stepTimeoutMs = 120_000;

let shared: Promise<Browser> | undefined;

// One for all tests; it ends with the process.
function browser(): Promise<Browser> {
  shared ??= chromium.launch({ executablePath: headlessShellPath, args: chromiumArguments });
  return shared;
}

/** What is wrong on the context's pages, however it shows. Responses with errors are logged by the browser; they may be meant. */
function watchFaults(context: BrowserContext, faults: string[]): void {
  context.on('console', (message) => {
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
      faults.push(message.text());
  });
  context.on('weberror', (error) => faults.push(error.error().message));
}

let people = 0;

export const test = base.extend<Fixtures>({
  // eslint-disable-next-line no-empty-pattern
  openContext: async ({}, use) => {
    const contexts: BrowserContext[] = [];
    const faults: string[] = [];
    await use(async (options = {}) => {
      const defaults = { baseURL: inject('url'), locale: 'en-GB', reducedMotion: 'reduce' } as const;
      const context = await (await browser()).newContext({ ...defaults, ...options });
      context.setDefaultTimeout(stepTimeoutMs);
      watchFaults(context, faults);
      contexts.push(context);
      return context;
    });
    await Promise.all(contexts.map((context) => context.close()));
    expect(faults).toEqual([]);
  },
  // eslint-disable-next-line no-empty-pattern
  tabs: async ({}, use) => {
    const { context, close } = await openTabs();
    const faults: string[] = [];
    context.setDefaultTimeout(stepTimeoutMs);
    watchFaults(context, faults);
    await use(context);
    await close();
    expect(faults).toEqual([]);
  },
  page: async ({ openContext }, use) => use(await (await openContext()).newPage()),
  // eslint-disable-next-line no-empty-pattern
  person: async ({}, use) => {
    const email = `person.${process.pid}.${++people}.${Date.now()}@example.org`;
    await use({ email, password: 'quiet morning light', name: 'Ada Lovelace' });
  },
});

/** Creates the account in the page, which is then on the start page. */
export async function signUp(page: Page, { email, password, name }: Person): Promise<void> {
  await page.goto('/sign-up');
  await page.getByLabel('Name').fill(name);
  await page.getByLabel('Email address').fill(email);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Create account' }).click();
  await page.getByRole('link', { name: 'Account', exact: true }).waitFor();
}

/** Signs in in a page that shows the form. */
export async function signIn(page: Page, { email, password }: Person): Promise<void> {
  await page.getByLabel('Email address').fill(email);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

/** The path with the token of the link that was mailed to the person. */
export function linkFor(person: Person, path: '/verify-email' | '/reset-password'): Promise<string> {
  return mailedLink(inject('mails'), person.email, path);
}

/** Checks the page as it is now against WCAG 2.2 AA. */
export async function expectAccessible(page: Page): Promise<void> {
  // Colours that are still changing have another contrast.
  await page.evaluate(async () => {
    for (const animation of document.getAnimations())
      if (animation.effect?.getTiming().iterations !== Infinity) await animation.finished.catch(() => undefined);
  });
  await page.evaluate(axe.source);
  const violations = await page.evaluate(async () => {
    const options = { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] };
    const results = await (window as unknown as { axe: typeof axe }).axe.run(document, options);
    return results.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`);
  });
  expect(violations, page.url()).toEqual([]);
}

/** Checks that nothing is cut off or must be scrolled sideways. */
export async function expectFits(page: Page): Promise<void> {
  const overflow = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  expect(overflow, page.url()).toBeLessThanOrEqual(0);
}

export { expect } from 'vitest';
