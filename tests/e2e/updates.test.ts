import { startProxy } from './support/proxy';
import { expect, test } from './support/test';

test('online a page is never older than the server, and an open one learns of a new version', async ({
  openContext,
}) => {
  const proxy = await startProxy();
  try {
    const page = await (await openContext({ baseURL: proxy.url })).newPage();
    await page.goto('/sign-in');
    await page.evaluate(async () => void (await navigator.serviceWorker.ready));
    await page.reload();
    expect(await page.evaluate(() => navigator.serviceWorker.controller !== null)).toBe(true);

    // The next version has none of this one's scripts, and another page.
    proxy.change('/sw.js', (script) => script.replaceAll(/"\/assets\/[\w-]+\.js",?/g, ''));
    proxy.change('/', (html) => html.replace('<title>', '<meta name="version" content="next" /><title>'));
    proxy.change('/sign-in', (html) => html.replace('<title>', '<meta name="version" content="next" /><title>'));
    await page.evaluate(async () => void (await (await navigator.serviceWorker.ready).update()));
    await page.getByText('A new version is ready').waitFor();
    expect(await page.locator('meta[name=version]').count()).toBe(0);
    await page.getByRole('button', { name: 'Update' }).click();
    await page.locator('meta[name=version]').waitFor({ state: 'attached' });

    proxy.stop();
    await page.goto('/sign-up');
    await page.getByRole('heading', { name: 'Create your account' }).waitFor();
  } finally {
    proxy.stop();
  }
});
