/** A value that can be watched: the contract of Svelte's stores, which `useSyncExternalStore` of React can use too. */
export interface Observable<T> {
    readonly value: T;
    /** Calls the listener with the value, now and after each change. Returns a function that ends it. */
    subscribe(listener: (value: T) => void): () => void;
}

/** Calls all listeners; an error of one is reported as uncaught, and does not affect the others. */
export function notify<T>(listeners: Iterable<(value: T) => void>, value: T): void {
    for (const listener of [...listeners]) {
        try {
            listener(value);
        } catch (error) {
            setTimeout(() => {
                throw error;
            });
        }
    }
}

export class Variable<T> implements Observable<T> {
    readonly #listeners = new Set<(value: T) => void>();

    constructor(private current: T) {}

    get value(): T {
        return this.current;
    }

    set(value: T): void {
        this.current = value;
        notify(this.#listeners, value);
    }

    subscribe(listener: (value: T) => void): () => void {
        this.#listeners.add(listener);
        listener(this.current);
        return () => this.#listeners.delete(listener);
    }
}
