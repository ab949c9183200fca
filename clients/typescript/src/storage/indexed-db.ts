import type { Storage } from './storage.js';

const kStore = 'items';

/** A storage in IndexedDB: larger than `localStorage`, and a service worker can read it. */
export function indexedDbStorage(name: string): Storage {
    let opening: Promise<IDBDatabase> | undefined;

    async function run<T>(mode: IDBTransactionMode, operation: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
        // After a failure, such as while its use was forbidden, the next call opens it anew.
        const database = await (opening ??= open(name, () => (opening = undefined)));
        const transaction = database.transaction(kStore, mode, { durability: 'strict' });
        const request = operation(transaction.objectStore(kStore));
        return new Promise((resolve, reject) => {
            transaction.oncomplete = () => resolve(request.result);
            transaction.onerror = transaction.onabort = () => reject(failure(transaction.error));
        });
    }

    return {
        async getItem(key) {
            return ((await run('readonly', (store) => store.get(key))) as string | undefined) ?? null;
        },
        setItem: (key, value) => run('readwrite', (store) => store.put(value, key)),
        removeItem: (key) => run('readwrite', (store) => store.delete(key)),
    };
}

function open(name: string, onGone: () => void): Promise<IDBDatabase> {
    return new Promise<IDBDatabase>((resolve, reject) => {
        const request = indexedDB.open(name, 1);
        request.onupgradeneeded = () => request.result.createObjectStore(kStore);
        request.onerror = () => reject(failure(request.error));
        request.onsuccess = () => {
            const database = request.result;
            database.onclose = onGone;
            database.onversionchange = () => {
                database.close();
                onGone();
            };
            resolve(database);
        };
    }).catch((error: unknown) => {
        onGone();
        throw error;
    });
}

function failure(cause: unknown): Error {
    return new Error('IndexedDB failed', { cause });
}
