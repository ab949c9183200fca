import { withLock } from '../locks.js';
import type { Storage } from '../storage/storage.js';

/** A list in a storage that all tabs share. While the storage fails, such as when it is full, the list lives in memory. */
export class StoredList<T> {
    #unsaved: T[] | undefined;

    constructor(
        private readonly storage: Storage,
        private readonly key: string,
    ) {}

    /** Whether it would survive a reload. */
    get isSaved(): boolean {
        return this.#unsaved === undefined;
    }

    async read(): Promise<readonly T[]> {
        if (this.#unsaved) return this.#unsaved;
        try {
            const items: unknown = JSON.parse((await this.storage.getItem(this.key)) ?? '[]');
            return Array.isArray(items) ? (items as T[]) : [];
        } catch {
            return [];
        }
    }

    update(change: (items: readonly T[]) => T[]): Promise<readonly T[]> {
        return withLock(this.key, async () => {
            const items = change(await this.read());
            try {
                await (items.length
                    ? this.storage.setItem(this.key, JSON.stringify(items))
                    : this.storage.removeItem(this.key));
                this.#unsaved = undefined;
            } catch {
                this.#unsaved = items;
            }
            return items;
        });
    }
}
