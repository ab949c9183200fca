import { describe, expect, it } from 'vitest';
import { etagOf, isProblem, NetworkError, newId, ProblemError, SignedOutError, TimeoutError } from '../../src/index.js';
import { newClient, newPerson, newProxy, recordingFetch } from '../support/people.js';

const session = { kind: 'breathing', plannedSeconds: 600 } as const;

describe('a refused request', () => {
    it('rejects with the problem, whose code is typed and stable', async () => {
        const { client } = await newPerson();
        const error: unknown = await client.sessions.get(newId()).catch((e: unknown) => e);
        expect(error).toBeInstanceOf(ProblemError);
        expect(error).toMatchObject({ status: 404, code: 'not_found', requestId: expect.any(String) as string });
    });

    it('names the invalid fields', async () => {
        const { client } = await newPerson();
        const error: unknown = await client.users
            .update({ displayName: '', timezone: 'Mars/Olympus' })
            .catch((e: unknown) => e);
        if (!isProblem(error)) throw error;
        expect(error.status).toBe(422);
        expect(error.faultOf('/timezone')).toBeDefined();
        expect(error.faultOf('/displayName')).toBeDefined();
        expect(error.faultOf('/locale')).toBeUndefined();
    });

    it('is not sent at all without a login session', async () => {
        const { fetch, calls } = recordingFetch();
        await expect(newClient({ fetch }).users.me()).rejects.toBeInstanceOf(SignedOutError);
        expect(calls).toEqual([]);
    });
});

describe('a lost response', () => {
    it('does not create twice', async () => {
        const proxy = await newProxy();
        const { client } = await newPerson({ baseUrl: proxy.url });
        proxy.loseResponses(1);
        const started = await client.sessions.start(session);
        const { items } = await client.sessions.list().page();
        expect(items.map(({ id }) => id)).toEqual([started.id]);
    });

    it('does not make a repeated deletion fail', async () => {
        const proxy = await newProxy();
        const { client } = await newPerson({ baseUrl: proxy.url });
        const { id } = await client.sessions.start(session);
        proxy.loseResponses(1);
        await client.sessions.delete(id);
        await expect(client.sessions.delete(id)).rejects.toMatchObject({ code: 'not_found' });
    });

    it('is reported for what must not be repeated', async () => {
        const proxy = await newProxy();
        const { fetch, calls } = recordingFetch();
        const { client, user, email } = await newPerson({ baseUrl: proxy.url, fetch });
        const read = await client.users.me();
        proxy.loseResponses(1);
        const patch = { displayName: 'Someone else' };
        await expect(client.users.update(patch, { ifMatch: etagOf(read) })).rejects.toBeInstanceOf(NetworkError);
        calls.length = 0;
        proxy.loseResponses(1);
        await expect(client.auth.login({ email, password: 'x' })).rejects.toBeInstanceOf(NetworkError);
        expect(calls).toHaveLength(1);
        expect(user.displayName).toBe('Someone');
    });
});

describe('a network that is down', () => {
    it('is reported after the repetitions', async () => {
        const proxy = await newProxy();
        const { fetch, calls } = recordingFetch();
        const { client } = await newPerson({ baseUrl: proxy.url, fetch, retries: 2 });
        proxy.down();
        calls.length = 0;
        await expect(client.users.me()).rejects.toBeInstanceOf(NetworkError);
        expect(calls).toHaveLength(3);
        proxy.up();
        await client.users.me();
    });

    it('is a timeout if nothing gets through', async () => {
        const proxy = await newProxy();
        const { client } = await newPerson({ baseUrl: proxy.url, retries: 0 });
        proxy.stall();
        await expect(client.users.me({ timeoutMs: 50 })).rejects.toBeInstanceOf(TimeoutError);
    });
});

describe('an abort', () => {
    it('ends a call that waits for its response, with the reason', async () => {
        const proxy = await newProxy();
        const { client } = await newPerson({ baseUrl: proxy.url });
        proxy.stall();
        const controller = new AbortController();
        const call = client.users.me({ signal: controller.signal });
        controller.abort(new Error('left the page'));
        await expect(call).rejects.toThrow('left the page');
    });

    it('ends the pause before a repetition', async () => {
        const proxy = await newProxy();
        const { client } = await newPerson({ baseUrl: proxy.url, retries: 100 });
        proxy.down();
        await expect(client.users.me({ signal: AbortSignal.timeout(700) })).rejects.toMatchObject({
            name: 'TimeoutError',
        });
    });
});

describe('a list', () => {
    it('is read page by page, to its end or as far as needed', async () => {
        const { fetch, calls } = recordingFetch();
        const { client } = await newPerson({ fetch });
        const ids = Array.from({ length: 25 }, () => newId());
        const startedAt = (i: number): string => new Date(Date.UTC(2026, 0, 1 + i)).toISOString();
        await client.sessions.import(
            ids.map((id, i) => ({ id, kind: 'sleep', startedAt: startedAt(i), durationSeconds: 60 })),
        );
        calls.length = 0;
        const read: string[] = [];
        for await (const { id } of client.sessions.list({ limit: 10 })) read.push(id);
        expect(read).toEqual(ids.reverse());
        expect(calls).toHaveLength(3);

        calls.length = 0;
        for await (const { id } of client.sessions.list({ limit: 10 })) if (id === ids[11]) break;
        expect(calls).toHaveLength(2);

        const first = await client.sessions.list({ limit: 10 }).page();
        const second = await client.sessions.list({ limit: 10, cursor: first.nextCursor! }).page();
        expect([...first.items, ...second.items].map(({ id }) => id)).toEqual(ids.slice(0, 20));
    });
});

describe('a change of what was changed meanwhile', () => {
    it('is refused with the tag that was read', async () => {
        const { client } = await newPerson();
        const read = await client.users.me();
        const changed = await client.users.update({ displayName: 'First' }, { ifMatch: etagOf(read) });
        const late = client.users.update({ displayName: 'Second' }, { ifMatch: etagOf(read) });
        await expect(late).rejects.toMatchObject({ status: 412, code: 'precondition_failed' });
        expect(etagOf(await client.users.me())).toBe(etagOf(changed));
    });
});

it('knows how wrong the clock of the device is', async () => {
    const { client } = await newPerson();
    expect(Math.abs(client.clockSkewMs)).toBeLessThan(2_000);
});
