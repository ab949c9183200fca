import { withLock } from '../locks.js';
import type { Storage } from '../storage/storage.js';

type Change<T> = (items: readonly T[]) => T[];

/**
 * A list in a storage that all tabs share. While the storage fails, such as when it is full, changes live in memory, and are
 * saved with the next one that can be.
 */
export class StoredList<T> {
    #unsaved: Change<T>[] = [];

    constructor(
        private readonly storage: Storage,
        private readonly key: string,
    ) {}

    /** Whether it would survive a reload. */
    get isSaved(): boolean {
        return this.#unsaved.length === 0;
    }

    async read(): Promise<readonly T[]> {
        return this.#withUnsaved((await this.#load()) ?? []);
    }

    update(change: Change<T>): Promise<void> {
        return withLock(this.key, async () => {
            const stored = await this.#load();
            const items = change(this.#withUnsaved(stored ?? []));
            // What could not be read must not be overwritten.
            if (stored && (await this.#save(items))) this.#unsaved = [];
            else this.#unsaved.push(change);
        });
    }

    #withUnsaved(items: readonly T[]): readonly T[] {
        return this.#unsaved.reduce((before, change) => change(before), items);
    }

    /** Undefined if the storage fails. */
    async #load(): Promise<T[] | undefined> {
        let text: string | null;
        try {
            text = await this.storage.getItem(this.key);
        } catch {
            return undefined;
        }
        try {
            const items: unknown = JSON.parse(text ?? '[]');
            return Array.isArray(items) ? (items as T[]) : [];
        } catch {
            return []; // nothing that this class has written
        }
    }

    async #save(items: T[]): Promise<boolean> {
        try {
            await (items.length
                ? this.storage.setItem(this.key, JSON.stringify(items))
                : this.storage.removeItem(this.key));
            return true;
        } catch {
            return false;
        }
    }
}
