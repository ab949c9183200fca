import type { Observable } from '../../src/index.js';

/** The first value that satisfies the condition. The test's time limit bounds the wait. */
export function eventually<T>(variable: Observable<T>, condition: (value: T) => boolean): Promise<T> {
    return new Promise((resolve) => {
        const unsubscribe = variable.subscribe((value) => {
            if (!condition(value)) return;
            resolve(value);
            // Not yet assigned if the first value does.
            queueMicrotask(() => unsubscribe());
        });
    });
}
