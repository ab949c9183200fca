import { ProblemError, UnexpectedResponseError, type MindspaceError } from '../errors.js';
import type { Problem } from '../types.js';
import type { Reply } from './attempt.js';

/** The JSON of a successful response, undefined if it has no content. */
export function readJson({ response, text }: Reply): unknown {
    if (!text) return undefined;
    try {
        return JSON.parse(text);
    } catch (cause) {
        throw new UnexpectedResponseError(response.status, 'The response is not JSON', { cause });
    }
}

/** What a response without success says. */
export function readError({ response, text }: Reply): MindspaceError {
    let problem: Partial<Problem> | null = null;
    try {
        problem = JSON.parse(text ?? '') as Partial<Problem> | null;
    } catch {
        // Such as a page of a proxy.
    }
    if (typeof problem?.code !== 'string')
        return new UnexpectedResponseError(response.status, `Status ${response.status} without a problem`);
    return new ProblemError({ ...(problem as Problem), status: response.status }, retryAfter(response));
}

/** Whether the server has certainly not executed the request, and asks to send it again. */
export function asksToRepeat({ response }: Reply): boolean {
    return [409, 429, 503].includes(response.status) && response.headers.has('Retry-After');
}

/** Whether a server or a proxy was unavailable; the request may have been executed. */
export function isUnavailable({ response }: Reply): boolean {
    return [502, 503, 504].includes(response.status);
}

/** Milliseconds; the header has seconds or a date. */
export function retryAfter(response: Response): number | undefined {
    const value = response.headers.get('Retry-After');
    if (!value) return undefined;
    const ms = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.now();
    return Number.isNaN(ms) ? undefined : Math.max(0, ms);
}
