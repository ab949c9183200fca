// What no real server does on demand: by a fetch of the test.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createClient, newId, UnexpectedResponseError, type Client } from '../../src/index.js';

const kProblem = { type: 'about:blank', title: 'No', detail: 'No.', requestId: 'r' };

interface Scripted {
    client: Client;
    /** When the calls came, in milliseconds since the first. */
    times: number[];
    keys: (string | null)[];
}

/** A signed-in client whose server gives these responses, the last one again and again. */
async function scripted(...responses: (() => Response | Promise<Response>)[]): Promise<Scripted> {
    const times: number[] = [];
    const keys: (string | null)[] = [];
    let start: number | undefined;
    const client = createClient({
        baseUrl: 'http://test',
        fetch: async (input, init) => {
            if ((input as string).endsWith('/auth/login')) {
                const tokens = { accessToken: 'a', tokenType: 'Bearer', expiresIn: 900, refreshToken: 'r' };
                return Response.json({ user: { id: newId() }, tokens });
            }
            start ??= Date.now();
            times.push(Date.now() - start);
            keys.push(new Headers(init?.headers).get('Idempotency-Key'));
            return responses[Math.min(times.length, responses.length) - 1]!();
        },
    });
    await client.auth.login({ email: 'a@example.com', password: 'b' });
    return { client, times, keys };
}

function problem(status: number, code: string, retryAfter?: string): () => Response {
    const headers = new Headers({ 'Content-Type': 'application/problem+json' });
    if (retryAfter !== undefined) headers.set('Retry-After', retryAfter);
    return () => new Response(JSON.stringify({ ...kProblem, status, code }), { status, headers });
}

const success = (): Response => Response.json({ id: 'x' });
const proxyPage = (status: number) => (): Response => new Response('<html>Bad gateway</html>', { status });

beforeEach(() => void vi.useFakeTimers({ now: Date.UTC(2026, 10, 23) }));
afterEach(() => void vi.useRealTimers());

describe('a repetition', () => {
    it.each([
        ['seconds', '3'],
        ['a date', new Date(Date.UTC(2026, 10, 23, 0, 0, 3)).toUTCString()],
    ])('waits for Retry-After in %s, and a little more', async (_, value) => {
        const { client, times } = await scripted(problem(429, 'rate_limited', value), success);
        const call = client.users.me();
        await vi.runAllTimersAsync();
        await call;
        expect(times).toHaveLength(2);
        expect(times[1]).toBeGreaterThanOrEqual(3_000);
        expect(times[1]).toBeLessThanOrEqual(3_300);
    });

    it('is left to the caller if Retry-After is long', async () => {
        const { client, times } = await scripted(problem(503, 'unavailable', '60'));
        await expect(client.users.me()).rejects.toMatchObject({ code: 'unavailable', retryAfterMs: 60_000 });
        expect(times).toHaveLength(1);
    });

    it('has the key of the first attempt', async () => {
        const { client, keys } = await scripted(proxyPage(502), problem(409, 'request_in_progress', '1'), success);
        const call = client.sessions.start({ kind: 'other', plannedSeconds: 60 });
        await vi.runAllTimersAsync();
        await call;
        expect(keys).toHaveLength(3);
        expect(new Set(keys).size).toBe(1);
        expect(keys[0]).toMatch(/^[0-9a-f-]{36}$/);
    });

    it('comes after pauses that grow and differ', async () => {
        const pauses: number[][] = [];
        for (let client = 0; client < 20; ++client) {
            const { client, times } = await scripted(proxyPage(503), proxyPage(504), proxyPage(502), proxyPage(503));
            const call = client.users.me().catch((error: unknown) => error);
            await vi.runAllTimersAsync();
            expect(await call).toBeInstanceOf(UnexpectedResponseError);
            expect(times).toHaveLength(4);
            pauses.push(times.slice(1).map((time, i) => time - times[i]!));
        }
        for (const [i, most] of [300, 600, 1200].entries()) {
            const column = pauses.map((row) => row[i]!);
            expect(Math.max(...column)).toBeLessThanOrEqual(most);
            expect(new Set(column).size).toBeGreaterThan(10);
        }
    });

    it('is not made of what failed for good', async () => {
        for (const status of [400, 403, 404, 409, 422, 500]) {
            const { client, times } = await scripted(problem(status, 'some_code'), success);
            await expect(client.users.me()).rejects.toMatchObject({ status, code: 'some_code' });
            expect(times).toHaveLength(1);
        }
    });

    it('is made of a POST without a key only if the server has certainly not executed it', async () => {
        const unclear = await scripted(proxyPage(502), success);
        await expect(unclear.client.auth.resendVerification()).rejects.toBeInstanceOf(UnexpectedResponseError);
        expect(unclear.times).toHaveLength(1);

        const refused = await scripted(problem(429, 'rate_limited', '1'), success);
        const call = refused.client.auth.resendVerification();
        await vi.runAllTimersAsync();
        await call;
        expect(refused.times).toHaveLength(2);
    });
});

describe('a response that is none of this API', () => {
    it.each([
        ['a page of a proxy', proxyPage(403)],
        ['a page with status 200', proxyPage(200)],
        ['JSON without a problem', () => Response.json([1], { status: 400 })],
        ['null', () => Response.json(null, { status: 400 })],
    ])('is reported as such: %s', async (_, response) => {
        const { client } = await scripted(response);
        await expect(client.users.me()).rejects.toBeInstanceOf(UnexpectedResponseError);
    });

    it('does not disturb if only members are unknown', async () => {
        const { client } = await scripted(() => Response.json({ id: 'x', aura: { colour: 'violet' } }));
        expect(await client.users.me()).toMatchObject({ id: 'x' });
    });
});
