import { pageLocks } from '../locks.js';

// Tabs of one origin share a login: its cookie or its storage. So they take turns to refresh it, and pass on the access token,
// which stays in memory.

/** What one tab says to the others. */
export type TabMessage =
    | { type: 'signedIn'; userId: string; accessToken: string; issuedAt: number; lifetimeMs: number }
    | { type: 'signedOut'; expiredOf: string | undefined };

export interface Tabs {
    /** Runs `work` while no other tab runs its own; `waited`: another one did just before. */
    exclusive<T>(work: (waited: boolean) => Promise<T>): Promise<T>;
    publish(message: TabMessage): void;
    close(): void;
}

/** For a client that shares its login with no other. */
export const noTabs: Tabs = { exclusive: (work) => work(false), publish: () => undefined, close: () => undefined };

/** Web Locks and BroadcastChannel; without either, each tab refreshes for itself, which the server bears. */
export function browserTabs(name: string, onMessage: (message: TabMessage) => void): Tabs {
    const locks = pageLocks();
    if (!locks || typeof BroadcastChannel === 'undefined') return noTabs;
    const channel = new BroadcastChannel(name);
    channel.onmessage = (event) => onMessage(event.data as TabMessage);
    return {
        async exclusive(work) {
            const free = await locks.request(
                name,
                { ifAvailable: true },
                async (lock) => lock && { result: await work(false) },
            );
            return free ? free.result : locks.request(name, () => work(true));
        },
        publish: (message) => channel.postMessage(message),
        close: () => channel.close(),
    };
}
