import { build } from 'esbuild';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { onTestFinished } from 'vitest';
import type * as sdk from '../../src/index.js';
import { sharedProgram } from '../support/people.js';

declare global {
    /** In the page. */
    var mindspace: typeof sdk;
    var client: sdk.Client;
}

/** Debian's browser without its windows. */
export function startBrowser(): Promise<Browser> {
    const args = ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-dev-shm-usage'];
    // The page of the tests comes from no address, and would not be allowed to open sockets to a local one.
    args.push('--disable-features=LocalNetworkAccessChecks');
    return chromium.launch({ executablePath: '/usr/bin/chromium-headless-shell', args });
}

/** A user's browser: pages with a client, at the origin of the program. */
export class Profile {
    /** The calls of all pages. */
    readonly calls: string[] = [];

    private constructor(readonly context: BrowserContext) {}

    static async in(browser: Browser): Promise<Profile> {
        const context = await browser.newContext();
        onTestFinished(() => context.close());
        const { outputFiles } = await build({
            entryPoints: ['src/index.ts'],
            bundle: true,
            format: 'iife',
            globalName: 'mindspace',
            footer: { js: 'var client = mindspace.createClient();' },
            write: false,
        });
        const body = `<!doctype html><script>${outputFiles[0]!.text}</script>`;
        await context.route('**/page-of-test', (route) => route.fulfill({ contentType: 'text/html', body }));
        const profile = new Profile(context);
        context.on('request', (request) =>
            profile.calls.push(`${request.method()} ${new URL(request.url()).pathname}`),
        );
        return profile;
    }

    async open(): Promise<Page> {
        const page = await this.context.newPage();
        await page.goto(`${sharedProgram().url}/page-of-test`);
        return page;
    }

    /** How often an endpoint was called. */
    count(call: string): number {
        return this.calls.filter((each) => each === call).length;
    }
}

/** Resolves as soon as the page's client is signed in, or signed out. */
export function awaitStatus(page: Page, status: 'signedIn' | 'signedOut'): Promise<unknown> {
    return page.waitForFunction((expected) => client.auth.state.value.status === expected, status);
}
