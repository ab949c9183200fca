// Waiting that a caller can end. AbortSignal.any() and timeout() are missing in React Native and older browsers.

export function abortReason(signal: AbortSignal): unknown {
    return signal.reason ?? Object.assign(new Error('The operation was aborted.'), { name: 'AbortError' });
}

export function throwIfAborted(signal: AbortSignal | undefined): void {
    if (signal?.aborted) throw abortReason(signal);
}

/** The promise, or a rejection as soon as the signal is aborted. What the promise stands for goes on. */
export function untilAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
    if (!signal) return promise;
    return new Promise((resolve, reject) => {
        const abort = (): void => reject(abortReason(signal));
        if (signal.aborted) abort();
        signal.addEventListener('abort', abort, { once: true });
        promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
    });
}

export function wait(ms: number, signal?: AbortSignal): Promise<void> {
    let timer: ReturnType<typeof setTimeout>;
    const waited = new Promise<void>((resolve) => (timer = setTimeout(resolve, ms)));
    return untilAborted(waited, signal).finally(() => clearTimeout(timer));
}

/** Full jitter: clients that failed together do not come back together. */
export function backoff(attempt: number, firstMs: number, mostMs: number): number {
    return Math.random() * Math.min(mostMs, firstMs * 2 ** attempt);
}
