import { inject, onTestFinished } from 'vitest';
import { createClient, newId, type Client, type ClientOptions, type User } from '../../src/index.js';
import { FaultProxy } from './fault-proxy.js';

/** The program of all tests. */
export function sharedProgram(): { url: string; directory: string } {
    const program = inject('program');
    if (!program) throw new Error('MINDSPACE_SHIPPED_BINARY must name a built program');
    return program;
}

/** A client that is closed with the test. */
export function newClient(options: ClientOptions = {}): Client {
    const client = createClient({ baseUrl: sharedProgram().url, ...options });
    onTestFinished(() => client.close());
    return client;
}

export const kPassword = 'correct horse battery';

export function newAddress(): string {
    return `${newId()}@example.com`;
}

/** A client with a new user signed in. */
export async function newPerson(options: ClientOptions = {}): Promise<{ client: Client; user: User; email: string }> {
    const client = newClient(options);
    const email = newAddress();
    const user = await client.auth.register({ email, password: kPassword, displayName: 'Someone' });
    return { client, user, email };
}

/** A proxy in front of the shared program, or of another one; it is closed with the test. */
export async function newProxy(url: string = sharedProgram().url): Promise<FaultProxy> {
    const proxy = await FaultProxy.to(url);
    onTestFinished(() => proxy.close());
    return proxy;
}

/** The platform's fetch, with a list of the calls that it has made. */
export function recordingFetch(): { fetch: typeof fetch; calls: { path: string; headers: Headers }[] } {
    const calls: { path: string; headers: Headers }[] = [];
    return {
        calls,
        fetch: (input, init) => {
            const { method = 'GET', headers } = init ?? {};
            calls.push({ path: `${method} ${new URL(input as string).pathname}`, headers: new Headers(headers) });
            return fetch(input, init);
        },
    };
}
