/** Where the client keeps what must survive a reload. `localStorage` and React Native's AsyncStorage are such storages. */
export interface Storage {
    getItem(key: string): string | null | Promise<string | null>;
    setItem(key: string, value: string): unknown;
    removeItem(key: string): unknown;
}

/** Lasts as long as the process. */
export function memoryStorage(): Storage {
    const items = new Map<string, string>();
    return {
        getItem: (key) => items.get(key) ?? null,
        setItem: (key, value) => items.set(key, value),
        removeItem: (key) => items.delete(key),
    };
}

/** The browser's local storage, if there is one and its use is not forbidden. */
export function localStorageIfUsable(): Storage | undefined {
    try {
        // Node has one that does not work without a file.
        if (typeof document === 'undefined') return undefined;
        const storage = globalThis.localStorage;
        storage.getItem('');
        return storage;
    } catch {
        return undefined;
    }
}
