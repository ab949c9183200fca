import { afterEach, describe, expect, it, vi } from 'vitest';
import {
    memoryStorage,
    newId,
    SignedOutError,
    type Client,
    type FinishedSession,
    type QueueOutcome,
    type Storage,
} from '../../src/index.js';
import { eventually } from '../support/eventually.js';
import { kPassword, newClient, newPerson, newProxy, recordingFetch } from '../support/people.js';

function finished(more: Partial<FinishedSession> = {}): FinishedSession {
    return {
        id: newId(),
        kind: 'breathing',
        startedAt: new Date(Date.now() - 600_000).toISOString(),
        durationSeconds: 300,
        ...more,
    };
}

const isEmpty = ({ waiting, isSending }: { waiting: readonly unknown[]; isSending: boolean }): boolean =>
    waiting.length === 0 && !isSending;

function outcomesOf(client: Client): string[] {
    const outcomes: string[] = [];
    client.offline.onOutcome(({ outcome }: QueueOutcome) => outcomes.push(outcome));
    return outcomes;
}

async function history(client: Client): Promise<string[]> {
    return (await client.sessions.list({ limit: 100 }).page()).items.map(({ id }) => id).sort();
}

afterEach(() => void vi.useRealTimers());

describe('a finished session', () => {
    it('is imported at once if the server can be reached', async () => {
        const { client } = await newPerson();
        const outcomes = outcomesOf(client);
        const session = finished({ moodBefore: 2, moodAfter: 4, note: 'calm' });
        await client.offline.add(session);
        await eventually(client.offline.state, isEmpty);
        expect(outcomes).toEqual(['created']);
        const { moodBefore, moodAfter, note, source } = await client.sessions.get(session.id);
        expect({ moodBefore, moodAfter, note, source }).toEqual({
            moodBefore: 2,
            moodAfter: 4,
            note: 'calm',
            source: 'import',
        });
    });

    it('waits while the network is gone, in the storage, and is imported once', async () => {
        const proxy = await newProxy();
        const storage = memoryStorage();
        const { client } = await newPerson({ baseUrl: proxy.url, storage, retries: 0 });
        proxy.down();
        const sessions = [finished(), finished({ kind: 'walking' })];
        for (const session of sessions) await client.offline.add(session);
        await expect(client.offline.send()).rejects.toThrow();
        await eventually(client.offline.state, ({ isSending }) => !isSending);
        expect(client.offline.state.value).toMatchObject({ waiting: sessions, isSaved: true });
        client.close();

        // The response to the import is lost: it is sent again.
        proxy.up();
        const reopened = newClient({ baseUrl: proxy.url, storage, retries: 0 });
        await eventually(reopened.offline.state, ({ waiting }) => waiting.length === 2);
        await reopened.auth.accessToken();
        proxy.loseResponses(1);
        await reopened.offline.send().catch(() => undefined);
        const outcomes = outcomesOf(reopened);
        await reopened.offline.send();
        await eventually(reopened.offline.state, isEmpty);
        expect(await history(reopened)).toEqual(sessions.map(({ id }) => id).sort());
        expect(outcomes.every((outcome) => outcome === 'exists')).toBe(true);
    });

    it('is sent again by itself', async () => {
        const proxy = await newProxy();
        const { client } = await newPerson({ baseUrl: proxy.url, retries: 0 });
        proxy.down();
        vi.spyOn(Math, 'random').mockReturnValue(0.01);
        await client.offline.add(finished());
        await eventually(client.offline.state, ({ isSending }) => !isSending);
        proxy.up();
        await eventually(client.offline.state, isEmpty);
        vi.restoreAllMocks();
    });

    it('that was started on the server is completed there', async () => {
        const { client } = await newPerson();
        const { id, startedAt } = await client.sessions.start({ kind: 'mantra', plannedSeconds: 600, moodBefore: 3 });
        await client.offline.add(
            finished({ id, kind: 'mantra', startedAt, durationSeconds: 1, moodAfter: 5, started: true }),
        );
        await eventually(client.offline.state, isEmpty);
        expect(await client.sessions.get(id)).toMatchObject({
            status: 'completed',
            source: 'live',
            moodBefore: 3,
            moodAfter: 5,
        });
    });

    it('whose start has never arrived is imported', async () => {
        const { client } = await newPerson();
        const session = finished({ started: true });
        await client.offline.add(session);
        await eventually(client.offline.state, isEmpty);
        expect(await client.sessions.get(session.id)).toMatchObject({ status: 'completed', source: 'import' });
    });

    it('that the server refuses is kept, and can be corrected or discarded', async () => {
        const { client } = await newPerson();
        const outcomes = outcomesOf(client);
        const fine = finished();
        const future = finished({ startedAt: new Date(Date.now() + 3_600_000).toISOString() });
        const bad = finished({ note: 'x'.repeat(3_000) });
        const unlike = finished({ started: true, durationSeconds: 5_000 });
        await client.sessions.start({ id: unlike.id, kind: 'breathing', plannedSeconds: 600 });
        for (const session of [fine, future, bad, unlike]) await client.offline.add(session);
        await eventually(client.offline.state, (state) => isEmpty(state) && state.rejected.length === 3);
        expect(outcomes.sort()).toEqual(['created', 'invalid', 'invalid', 'invalid']);
        const rejected = client.offline.state.value.rejected.find(({ session }) => session.id === bad.id);
        expect(rejected?.errors?.[0]?.pointer).toMatch(/note$/);

        await client.offline.add({ ...bad, note: 'x' });
        await eventually(client.offline.state, (state) => isEmpty(state) && state.rejected.length === 2);
        await client.offline.discard(future.id);
        await client.offline.discard(unlike.id);
        expect(client.offline.state.value.rejected).toEqual([]);
        expect((await history(client)).length).toBe(3);
    });

    it('that is known with other content is reported and not kept', async () => {
        const { client } = await newPerson();
        const outcomes = outcomesOf(client);
        const session = finished();
        await client.sessions.import([session]);
        await client.offline.add({ ...session, durationSeconds: 100 });
        await eventually(client.offline.state, isEmpty);
        await client.sessions.delete(session.id);
        await client.offline.add(session);
        await eventually(client.offline.state, isEmpty);
        expect(outcomes).toEqual(['conflict', 'deleted']);
    });
});

describe('the queue', () => {
    it('sends many in few requests', async () => {
        const proxy = await newProxy();
        const { fetch, calls } = recordingFetch();
        const { client } = await newPerson({ baseUrl: proxy.url, fetch, retries: 0 });
        proxy.down();
        const startedAt = (i: number): string =>
            new Date(Date.UTC(2026, 0, 1 + (i % 200), 6 + Math.floor(i / 200))).toISOString();
        for (let i = 0; i < 450; ++i) await client.offline.add(finished({ startedAt: startedAt(i) }));
        proxy.up();
        calls.length = 0;
        await client.offline.send().catch(() => client.offline.send());
        expect(client.offline.state.value.waiting).toEqual([]);
        const imported = new Set<string>();
        for await (const { id } of client.sessions.list({ limit: 100 })) imported.add(id);
        expect(imported.size).toBe(450);
        expect(calls.filter(({ path }) => path.endsWith('/import')).length).toBeLessThanOrEqual(4);
    });

    it('belongs to a user', async () => {
        const proxy = await newProxy();
        const storage = memoryStorage();
        const { client, email } = await newPerson({ baseUrl: proxy.url, storage, retries: 0 });
        proxy.down();
        const session = finished();
        await client.offline.add(session);
        await client.auth.logout().catch(() => undefined);
        await expect(client.offline.add(finished())).rejects.toBeInstanceOf(SignedOutError);
        proxy.up();

        const other = await newPerson({ baseUrl: proxy.url, storage });
        await other.client.offline.send();
        expect(await history(other.client)).toEqual([]);
        await client.auth.login({ email, password: kPassword });
        await eventually(client.offline.state, isEmpty);
        expect(await history(client)).toEqual([session.id]);
    });

    it('waits for the user whose login has expired', async () => {
        const { client, email } = await newPerson();
        const other = newClient();
        await other.auth.login({ email, password: kPassword });
        await other.auth.logoutEverywhere();
        await expect(client.users.me()).rejects.toBeInstanceOf(SignedOutError);
        const session = finished();
        await client.offline.add(session);
        expect(client.offline.state.value.waiting).toEqual([session]);
        await client.auth.login({ email, password: kPassword });
        await eventually(client.offline.state, isEmpty);
        expect(await history(client)).toEqual([session.id]);
    });

    it('loses nothing while the storage is full, as long as the page lives', async () => {
        const inner = memoryStorage();
        let isFull = false;
        const storage: Storage = {
            ...inner,
            setItem: (key, value) => {
                if (isFull && key.includes('finished')) throw new DOMException('full', 'QuotaExceededError');
                return inner.setItem(key, value);
            },
        };
        const proxy = await newProxy();
        const { client } = await newPerson({ baseUrl: proxy.url, storage, retries: 0 });
        proxy.down();
        const [first, second] = [finished(), finished()];
        await client.offline.add(first);
        isFull = true;
        await client.offline.add(second);
        expect(client.offline.state.value).toMatchObject({ waiting: [first, second], isSaved: false });
        proxy.up();
        await client.offline.send().catch(() => client.offline.send());
        expect(await history(client)).toEqual([first.id, second.id].sort());
        expect(client.offline.state.value.isSaved).toBe(true);
    });

    it('keeps a correction that comes while the older one is sent', async () => {
        const { client } = await newPerson();
        const outcomes = outcomesOf(client);
        const session = finished({ note: 'x'.repeat(3_000) });
        const corrected = { ...session, note: 'short' };
        const added = client.offline.add(session);
        await eventually(client.offline.state, ({ isSending }) => isSending);
        await Promise.all([added, client.offline.add(corrected)]);
        await eventually(client.offline.state, isEmpty);
        expect(outcomes.at(-1)).toBe('created');
        expect(client.offline.state.value.rejected).toEqual([]);
        expect((await client.sessions.get(session.id)).note).toBe('short');
    });

    it('does not overwrite what it could not read', async () => {
        const inner = memoryStorage();
        let fails = false;
        const storage: Storage = {
            ...inner,
            getItem: (key) => {
                if (fails && key.includes('finished')) throw new DOMException('no', 'UnknownError');
                return inner.getItem(key);
            },
        };
        const proxy = await newProxy();
        const { client } = await newPerson({ baseUrl: proxy.url, storage, retries: 0 });
        proxy.down();
        const [first, second, third] = [finished(), finished(), finished()];
        await client.offline.add(first);
        fails = true;
        await client.offline.add(second);
        expect(client.offline.state.value).toMatchObject({ waiting: [second], isSaved: false });
        fails = false;
        await client.offline.add(third);
        expect(client.offline.state.value).toMatchObject({ waiting: [first, second, third], isSaved: true });
    });

    it('sends what is added at the very moment in which it finds nothing more to send', async () => {
        const inner = memoryStorage();
        let onRead: (() => Promise<void>) | undefined;
        const storage: Storage = {
            ...inner,
            getItem: async (key) => {
                const value = await inner.getItem(key);
                const interrupt = key.includes('finished') ? onRead : undefined;
                if (interrupt) onRead = undefined;
                await interrupt?.();
                return value;
            },
        };
        const { client } = await newPerson({ storage });
        const [first, second] = [finished(), finished()];
        const unsubscribe = client.offline.onOutcome(() => {
            unsubscribe();
            onRead = () => client.offline.add(second);
        });
        await client.offline.add(first);
        await eventually(client.offline.state, ({ waiting }) => waiting.some(({ id }) => id === second.id));
        await eventually(client.offline.state, isEmpty);
        expect(await history(client)).toEqual([first.id, second.id].sort());
    });

    it('has a bound', async () => {
        const proxy = await newProxy();
        const storage = memoryStorage();
        const { client, user } = await newPerson({ baseUrl: proxy.url, storage, retries: 0 });
        proxy.down();
        const many = Array.from({ length: 2_000 }, () => ({ session: finished() }));
        await storage.setItem(`mindspace:${proxy.url}:finished:${user.id}`, JSON.stringify(many));
        await expect(client.offline.add(finished())).rejects.toThrow('2000 sessions wait');
    });

    it('survives nonsense in the storage', async () => {
        const storage = memoryStorage();
        const { client, user } = await newPerson({ storage });
        const url = client.groups.calendarUrl('x').split('/api')[0]!;
        for (const text of ['{', 'null', '{"a":1}']) {
            await storage.setItem(`mindspace:${url}:finished:${user.id}`, text);
            await client.offline.add(finished());
            await eventually(client.offline.state, isEmpty);
        }
        expect(await history(client)).toHaveLength(3);
    });
});
