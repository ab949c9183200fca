import { afterEach, describe, expect, it, vi } from 'vitest';
import { memoryStorage, SignedOutError, type AuthState } from '../src/index.js';
import {
    kPassword,
    newAddress,
    newClient,
    newPerson,
    newProxy,
    recordingFetch,
    sharedProgram,
} from './support/people.js';

const kMinute = 60_000;
const kRefresh = 'POST /api/v1/auth/refresh';

function laterBy(ms: number): void {
    const now = Date.now() + ms;
    vi.useFakeTimers({ toFake: ['Date'], now });
    vi.setSystemTime(now);
}

afterEach(() => void vi.useRealTimers());

describe('a login session', () => {
    it('survives in a storage, without a request', async () => {
        const storage = memoryStorage();
        const { user } = await newPerson({ storage });
        const { fetch, calls } = recordingFetch();
        const client = newClient({ storage, fetch });
        expect(client.auth.state.value).toEqual({ status: 'restoring' });
        await client.auth.ready;
        expect(client.auth.state.value).toEqual({ status: 'signedIn', userId: user.id });
        expect(calls).toEqual([]);
        expect((await client.users.me()).id).toBe(user.id);
        expect(calls.map(({ path }) => path)).toEqual([kRefresh, 'GET /api/v1/users/me']);
    });

    it('ends by logout, here and on the server', async () => {
        const storage = memoryStorage();
        const { client } = await newPerson({ storage });
        const stored = vi.fn(storage.getItem.bind(storage));
        const states: AuthState[] = [];
        client.auth.state.subscribe((state) => states.push(state));
        const token = await client.auth.accessToken();
        await client.auth.logout();
        expect(states.at(-1)).toEqual({ status: 'signedOut', reason: 'logout' });
        await expect(client.users.me()).rejects.toBeInstanceOf(SignedOutError);
        const headers = { Authorization: `Bearer ${token}` };
        expect((await fetch(`${sharedProgram().url}/api/v1/users/me`, { headers })).status).toBe(401);
        const reopened = newClient({ storage: { ...storage, getItem: stored } });
        await reopened.auth.ready;
        expect(reopened.auth.state.value).toEqual({ status: 'signedOut', reason: 'never' });
    });

    it('ends here even if the server cannot be told', async () => {
        const proxy = await newProxy();
        const { client } = await newPerson({ baseUrl: proxy.url, retries: 0 });
        proxy.down();
        await expect(client.auth.logout()).rejects.toThrow();
        expect(client.auth.state.value.status).toBe('signedOut');
    });

    it('that ended elsewhere is told as expired, and remembered whose it was', async () => {
        const storage = memoryStorage();
        const { client, user, email } = await newPerson({ storage });
        const other = newClient();
        await other.auth.login({ email, password: kPassword });
        await other.auth.logoutEverywhere();
        await expect(client.users.me()).rejects.toBeInstanceOf(SignedOutError);
        const expired = { status: 'signedOut', reason: 'expired', userId: user.id };
        expect(client.auth.state.value).toEqual(expired);
        const reopened = newClient({ storage });
        await reopened.auth.ready;
        expect(reopened.auth.state.value).toEqual(expired);
        await reopened.auth.login({ email, password: kPassword });
        expect((await reopened.users.me()).id).toBe(user.id);
    });

    it('ends with the account', async () => {
        const { client, email } = await newPerson();
        await client.auth.deleteAccount(kPassword);
        expect(client.auth.state.value.status).toBe('signedOut');
        await expect(newClient().auth.login({ email, password: kPassword })).rejects.toMatchObject({
            code: 'invalid_credentials',
        });
    });

    it('lasts as long as the client if the storage is full or forbidden', async () => {
        const fail = (): never => {
            throw new DOMException('no', 'QuotaExceededError');
        };
        const { client } = await newPerson({ storage: { getItem: fail, setItem: fail, removeItem: fail } });
        laterBy(20 * kMinute);
        await client.users.me();
    });
});

describe('the access token', () => {
    it('is refreshed once for all calls, shortly before it runs out', async () => {
        const { fetch, calls } = recordingFetch();
        const { client } = await newPerson({ fetch });
        calls.length = 0;
        laterBy(14 * kMinute);
        await client.users.me();
        expect(calls.map(({ path }) => path)).toEqual(['GET /api/v1/users/me']);
        laterBy(0.7 * kMinute);
        await Promise.all([client.users.me(), client.users.stats(), client.sessions.list().page()]);
        expect(calls.filter(({ path }) => path === kRefresh)).toHaveLength(1);
        expect(calls).toHaveLength(5);
    });

    it('is refreshed once when the server refuses it', async () => {
        const { fetch, calls } = recordingFetch();
        let refuse = true;
        const { client } = await newPerson({
            fetch: (input, init) => {
                const isRefusal = refuse && (input as string).endsWith('/users/me');
                if (!isRefusal) return fetch(input, init);
                refuse = false;
                return fetch(input, { ...init, headers: { Authorization: 'Bearer nonsense' } });
            },
        });
        calls.length = 0;
        await client.users.me();
        expect(calls.map(({ path }) => path)).toEqual(['GET /api/v1/users/me', kRefresh, 'GET /api/v1/users/me']);
    });

    it('is refreshed after its response was lost', async () => {
        const proxy = await newProxy();
        const { client, user } = await newPerson({ baseUrl: proxy.url });
        laterBy(20 * kMinute);
        proxy.loseResponses(1);
        expect((await client.users.me()).id).toBe(user.id);
        laterBy(20 * kMinute);
        expect((await client.users.me()).id).toBe(user.id);
    });

    it('that cannot be refreshed now does not end the login session', async () => {
        const proxy = await newProxy();
        const { client, user } = await newPerson({ baseUrl: proxy.url, retries: 0 });
        laterBy(20 * kMinute);
        proxy.down();
        await expect(client.users.me()).rejects.toThrow('could not be reached');
        expect(client.auth.state.value).toEqual({ status: 'signedIn', userId: user.id });
        proxy.up();
        await client.users.me();
    });

    it('is refreshed for others although one caller gives up', async () => {
        const proxy = await newProxy();
        const { client } = await newPerson({ baseUrl: proxy.url });
        laterBy(20 * kMinute);
        const controller = new AbortController();
        const impatient = client.users.me({ signal: controller.signal });
        const patient = client.users.me();
        controller.abort(new Error('gone'));
        await expect(impatient).rejects.toThrow('gone');
        await patient;
    });
});

it('lets no call go on as another user', async () => {
    const proxy = await newProxy();
    const { client, user } = await newPerson({ baseUrl: proxy.url });
    const { email, client: of } = await newPerson();
    laterBy(20 * kMinute);
    proxy.stall();
    // They wait for a new access token of the first user.
    const call = client.sessions.start({ kind: 'other', plannedSeconds: 60 });
    const logout = client.auth.logout();
    const login = client.auth.login({ email, password: kPassword });
    proxy.up();
    await Promise.allSettled([call, logout]);
    await login;
    expect(client.auth.userId).toBe(of.auth.userId);
    expect((await of.sessions.list().page()).items).toEqual([]);
    await expect(client.users.me({ userId: user.id })).rejects.toBeInstanceOf(SignedOutError);
});

it('does not refresh a call into the account of another user', async () => {
    const { email, client: of } = await newPerson();
    const { client } = await newPerson({
        fetch: async (input, init) => {
            if (!(input as string).endsWith('/sessions')) return fetch(input, init);
            // The token is refused, because meanwhile the user has logged out and another one has logged in.
            await client.auth.logout();
            await client.auth.login({ email, password: kPassword });
            return fetch(input, init);
        },
    });
    const call = client.sessions.start({ kind: 'other', plannedSeconds: 60 });
    await expect(call).rejects.toBeInstanceOf(SignedOutError);
    expect(client.auth.userId).toBe(of.auth.userId);
    expect((await of.sessions.list().page()).items).toEqual([]);
});

it('creates an account once although the response was lost', async () => {
    const proxy = await newProxy();
    const client = newClient({ baseUrl: proxy.url });
    proxy.loseResponses(1);
    const email = newAddress();
    const user = await client.auth.register({ email, password: kPassword, displayName: 'Someone' });
    expect(user.email).toBe(email);
    await expect(client.auth.register({ email, password: kPassword, displayName: 'Someone' })).rejects.toMatchObject({
        code: 'email_taken',
    });
});
