import { createContext, runInContext } from 'node:vm';
import { build } from 'esbuild';
import { expect, it } from 'vitest';
import type * as sdk from '../src/index.js';
import { kPassword, newAddress, sharedProgram } from './support/people.js';

/** What React Native has without polyfills; so no URL, crypto, BroadcastChannel, AbortSignal.any() and so on. */
const kPlatform = {
    AbortController,
    clearInterval,
    clearTimeout,
    fetch,
    performance: { now: () => performance.now() },
    setInterval,
    setTimeout,
    WebSocket,
};

it('works with what React Native has', async () => {
    const { outputFiles } = await build({
        entryPoints: ['src/index.ts'],
        bundle: true,
        format: 'iife',
        globalName: 'mindspace',
        target: 'es2020',
        write: false,
    });
    const platform = createContext({ ...kPlatform }) as { mindspace: typeof sdk };
    runInContext(outputFiles[0]!.text, platform);
    const { createClient, newId } = platform.mindspace;
    const items = new Map<string, string>();
    const client = createClient({
        baseUrl: sharedProgram().url,
        // As AsyncStorage.
        storage: {
            getItem: (key) => Promise.resolve(items.get(key) ?? null),
            setItem: (key, value) => Promise.resolve(items.set(key, value)),
            removeItem: (key) => Promise.resolve(items.delete(key)),
        },
    });
    const user = await client.auth.register({ email: newAddress(), password: kPassword, displayName: 'Ann' });
    expect((await client.users.me()).id).toBe(user.id);
    expect(items.size).toBe(1);

    const startedAt = new Date(Date.now() - 600_000).toISOString();
    await client.offline.add({ id: newId(), kind: 'mantra', startedAt, durationSeconds: 60 });
    await client.offline.send();
    expect((await client.sessions.list({ kind: 'mantra' }).page()).items).toHaveLength(1);

    const group = await client.groups.create({ title: 'Morning', kind: 'sleep', plannedSeconds: 60 });
    const room = client.groups.join(group.id);
    await expect.poll(() => room.state.value.connection).toBe('open');
    await room.start();
    await expect.poll(() => room.clock.errorMs).toBeLessThan(1_000);
    client.close();
    expect(room.state.value.closeReason).toBe('left');
});
