import { NetworkError, TimeoutError } from '../errors.js';
import { abortReason } from './waiting.js';

/** A response whose content has been read, unless `text` is undefined. */
export interface Reply {
    response: Response;
    text: string | undefined;
}

export interface Attempt {
    fetch: typeof fetch;
    url: string;
    init: RequestInit;
    timeoutMs: number;
    signal: AbortSignal | undefined;
    /** Leaves the content to the caller; the time limit then ends with the head. */
    streamed: boolean;
}

/** Sends a request once. NetworkError if no complete response came, the signal's reason if it was aborted. */
export async function attempt({ fetch, url, init, timeoutMs, signal, streamed }: Attempt): Promise<Reply> {
    const controller = new AbortController();
    const abort = (): void => controller.abort();
    let timedOut = false as boolean; // the compiler does not see the callback
    const timer = setTimeout(() => {
        timedOut = true;
        abort();
    }, timeoutMs);
    signal?.addEventListener('abort', abort);
    try {
        const response = await fetch(url, { ...init, signal: controller.signal });
        return { response, text: streamed && response.ok ? undefined : await response.text() };
    } catch (cause) {
        if (signal?.aborted) throw abortReason(signal);
        if (timedOut) throw new TimeoutError(`No response within ${timeoutMs} ms`, { cause });
        throw new NetworkError('The server could not be reached', { cause });
    } finally {
        clearTimeout(timer);
        // A stream goes on until its reader or the caller ends it.
        if (!streamed) signal?.removeEventListener('abort', abort);
    }
}
