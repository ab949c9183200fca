// What only a browser has: cookies, tabs, IndexedDB, storages that are forbidden.
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { kPassword, newAddress } from '../support/people.js';
import { awaitStatus, Profile, startBrowser } from './browser.js';

const kRefresh = 'POST /api/v1/auth/refresh';
let browser: Browser;

beforeAll(async () => {
    browser = await startBrowser();
});
afterAll(() => browser.close());

/** A page in which a new user has signed in. */
async function signUp(profile: Profile): Promise<{ page: Page; email: string; id: string }> {
    const page = await profile.open();
    const email = newAddress();
    const { id } = await page.evaluate(
        ([address, password]) => client.auth.register({ email: address!, password: password!, displayName: 'Someone' }),
        [email, kPassword],
    );
    return { page, email, id };
}

describe('a login in a page', () => {
    it('survives a reload without a token that scripts could read', async () => {
        const profile = await Profile.in(browser);
        const { page, id } = await signUp(profile);
        const [cookie] = await profile.context.cookies();
        expect(cookie).toMatchObject({ name: '__Host-mindspace_refresh', httpOnly: true, sameSite: 'Strict' });
        expect(await page.evaluate(() => JSON.stringify(Object.entries(localStorage)))).not.toMatch(/eyJ|refresh/i);
        await page.reload();
        expect(await page.evaluate(async () => (await client.users.me()).id)).toBe(id);
        expect(profile.count(kRefresh)).toBe(1);
        await page.evaluate(() => client.auth.logout());
        expect(await profile.context.cookies()).toEqual([]);
    });

    it('is refreshed once for all tabs', async () => {
        const profile = await Profile.in(browser);
        const { page, id } = await signUp(profile);
        const tabs = [page, await profile.open(), await profile.open()];
        await page.reload();
        profile.calls.length = 0;
        const ids = await Promise.all(tabs.map((tab) => tab.evaluate(async () => (await client.users.me()).id)));
        expect(ids).toEqual([id, id, id]);
        expect(profile.count(kRefresh)).toBe(1);
    });

    it('begins and ends in all tabs at once', async () => {
        const profile = await Profile.in(browser);
        const first = await profile.open();
        const second = await profile.open();
        await awaitStatus(second, 'signedOut');
        const { page: third } = await signUp(profile);
        await awaitStatus(first, 'signedIn');
        await awaitStatus(second, 'signedIn');
        profile.calls.length = 0;
        await second.evaluate(() => client.users.me());
        expect(profile.count(kRefresh)).toBe(0);
        await first.evaluate(() => client.auth.logout());
        await awaitStatus(second, 'signedOut');
        await awaitStatus(third, 'signedOut');
    });
});

describe('a finished session', () => {
    const finished = (): Promise<void> =>
        client.offline.add({
            id: mindspace.newId(),
            kind: 'breathing',
            startedAt: new Date(Date.now() - 600_000).toISOString(),
            durationSeconds: 300,
        });
    const historyLength = async (): Promise<number> => (await client.sessions.list().page()).items.length;

    it('waits offline in IndexedDB, and is imported once however many tabs are open', async () => {
        const profile = await Profile.in(browser);
        const { page } = await signUp(profile);
        const other = await profile.open();
        await profile.context.setOffline(true);
        await page.evaluate(finished);
        expect(await page.evaluate(() => client.offline.state.value)).toMatchObject({ isSaved: true, rejected: [] });
        await page.close();
        profile.calls.length = 0;
        // Both tabs learn at once that the network is back, and a third one opens.
        await profile.context.setOffline(false);
        const third = await profile.open();
        for (const tab of [other, third])
            await tab.waitForFunction(() => client.offline.state.value.waiting.length === 0);
        await expect.poll(() => other.evaluate(historyLength)).toBe(1);
        expect(profile.count('POST /api/v1/sessions/import')).toBe(1);
    });

    it('is imported although storages are forbidden', async () => {
        const profile = await Profile.in(browser);
        await profile.context.addInitScript(() => {
            for (const name of ['localStorage', 'indexedDB'])
                Object.defineProperty(window, name, {
                    get() {
                        throw new DOMException('Forbidden', 'SecurityError');
                    },
                });
        });
        const { page } = await signUp(profile);
        await profile.context.setOffline(true);
        await page.evaluate(finished);
        expect(await page.evaluate(() => client.offline.state.value.isSaved)).toBe(false);
        await profile.context.setOffline(false);
        await expect.poll(() => page.evaluate(historyLength)).toBe(1);
    });
});

it('meets in a room', async () => {
    const profile = await Profile.in(browser);
    const { page } = await signUp(profile);
    const rang = page.evaluate(async () => {
        const { id } = await client.groups.create({ title: 'Morning', kind: 'sleep', plannedSeconds: 60 });
        const room = client.groups.join(id);
        await new Promise<void>((resolve) =>
            room.state.subscribe(({ connection }) => {
                if (connection === 'open') resolve();
            }),
        );
        const bell = new Promise<number>((resolve) => room.on('bell', ({ index }) => resolve(index)));
        await room.start();
        return bell;
    });
    expect(await rang).toBe(0);
});
