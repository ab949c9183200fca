import { NetworkError, type MindspaceError } from '../errors.js';
import { attempt, type Reply } from './attempt.js';
import { rememberEtag } from './etags.js';
import type { Body, Method, Operation, Path, Query, Result } from './operations.js';
import { asksToRepeat, isUnavailable, readError, readJson, retryAfter } from './replies.js';
import { backoff, throwIfAborted, untilAborted, wait } from './waiting.js';

/** What a caller may decide about each call. */
export interface CallOptions {
    /** Ends the call; it then rejects with the signal's reason. */
    signal?: AbortSignal | undefined;
    /** Time limit of one attempt. */
    timeoutMs?: number | undefined;
    /** Only as this user: SignedOutError if another one has signed in meanwhile. */
    userId?: string | undefined;
}

/** For calls that change one resource: it must still be as it was read (`etagOf()`), or 412 `precondition_failed`. */
export interface ChangeOptions extends CallOptions {
    ifMatch?: string | undefined;
}

/** For calls that create: the same key with the same content has one effect, however often it is sent. */
export interface CreateOptions extends CallOptions {
    /** Default: a new key for each call, which its repetitions share. */
    idempotencyKey?: string | undefined;
}

export interface RequestOptions<O> extends CreateOptions, ChangeOptions {
    /** Replaces `{id}` in the path. */
    id?: string;
    query?: Query<O>;
    body?: Body<O>;
    /** Sends no access token. */
    anonymous?: boolean;
    /** Whether a second execution does no harm. Default: all but POST without a key, and what has `ifMatch`. */
    repeatable?: boolean;
    /** Lets the browser send and store the cookie of the login session. */
    withCookie?: boolean;
}

export interface TokenOptions {
    /** Another one than this, which the server has refused. */
    rejected?: string | undefined;
    /** Only of this user. */
    userId?: string | undefined;
    validForMs?: number;
}

/** Who gives requests their access token. */
export interface Authorizer {
    /** Settles when `userId` is known. */
    readonly ready: Promise<void>;
    readonly userId: string | undefined;
    /** SignedOutError if there is no login session. */
    accessToken(options?: TokenOptions): Promise<string>;
}

export interface HttpSettings {
    /** Without a slash at the end; empty for the page's own origin. */
    baseUrl: string;
    fetch: typeof fetch;
    timeoutMs: number;
    /** How many times a call is repeated if the server was unavailable. */
    retries: number;
    /** A longer `Retry-After` is reported instead of waited for. */
    longestWaitMs: number;
}

interface Outcome {
    reply?: Reply;
    failure: MindspaceError;
    /** Whether the request may have been executed. */
    unclear: boolean;
}

type AnyOptions = Omit<RequestOptions<never>, 'query' | 'body'> & { query?: unknown; body?: unknown };

const kFirstBackoffMs = 300;
const kMostBackoffMs = 5_000;

/** Sends requests, with time limits, retries and errors as exceptions. */
export class Http {
    authorizer: Authorizer | undefined;
    clockSkewMs = 0;

    constructor(readonly settings: HttpSettings) {}

    /** Calls any endpoint of the API. */
    async request<M extends Method, P extends Path<M>>(
        method: M,
        path: P,
        options: RequestOptions<Operation<M, P>> = {},
    ): Promise<Result<Operation<M, P>>> {
        const reply = await this.#send(method, path, options, false);
        const result = readJson(reply);
        rememberEtag(result, reply.response.headers.get('ETag'));
        return result as Result<Operation<M, P>>;
    }

    /** The response with its content unread, for what is larger than memory should hold. */
    async stream<P extends Path<'get'>>(path: P, options: RequestOptions<Operation<'get', P>> = {}): Promise<Response> {
        return (await this.#send('get', path, options, true)).response;
    }

    async #send(method: Method, path: string, options: AnyOptions, streamed: boolean): Promise<Reply> {
        const repeatable = options.repeatable ?? (method === 'post' ? !!options.idempotencyKey : !options.ifMatch);
        // What one user has begun must not go on as another one.
        const userId = await this.#caller(options);
        let rejected: string | undefined;
        let unclear = false;
        for (let tried = 0; ; ++tried) {
            throwIfAborted(options.signal);
            const token = await this.#accessToken(options, { rejected, userId });
            const outcome = await this.#try(method, path, options, streamed, token);
            if (!('failure' in outcome)) return outcome;
            const { reply, failure } = outcome;
            const status = reply?.response.status;
            if (status === 401 && token && rejected === undefined) {
                rejected = token;
                continue;
            }
            // The attempt before has deleted it.
            if (status === 404 && method === 'delete' && unclear && reply) return { ...reply, text: '' };
            unclear ||= outcome.unclear;

            const isTransient = outcome.unclear ? repeatable : !!reply && asksToRepeat(reply);
            const requestedMs = (reply && retryAfter(reply.response)) ?? 0;
            if (!isTransient || tried >= this.settings.retries || requestedMs > this.settings.longestWaitMs)
                throw failure;
            await wait(requestedMs + backoff(tried, kFirstBackoffMs, kMostBackoffMs), options.signal);
        }
    }

    async #caller(options: AnyOptions): Promise<string | undefined> {
        if (!this.authorizer || options.anonymous) return undefined;
        await untilAborted(this.authorizer.ready, options.signal);
        return options.userId ?? this.authorizer.userId;
    }

    async #accessToken(options: AnyOptions, which: TokenOptions): Promise<string | undefined> {
        if (!this.authorizer || options.anonymous) return undefined;
        return untilAborted(this.authorizer.accessToken(which), options.signal);
    }

    async #try(
        method: Method,
        path: string,
        options: AnyOptions,
        streamed: boolean,
        token: string | undefined,
    ): Promise<Reply | Outcome> {
        const headers: Record<string, string> = {};
        if (token) headers['Authorization'] = `Bearer ${token}`;
        if (options.ifMatch) headers['If-Match'] = options.ifMatch;
        if (options.idempotencyKey) headers['Idempotency-Key'] = options.idempotencyKey;
        if (options.body !== undefined) headers['Content-Type'] = 'application/json';
        try {
            const reply = await attempt({
                fetch: this.settings.fetch,
                url:
                    this.settings.baseUrl +
                    path.replace('{id}', encodeURIComponent(options.id ?? '')) +
                    query(options.query),
                init: {
                    method: method.toUpperCase(),
                    headers,
                    credentials: options.withCookie ? 'include' : 'same-origin',
                    ...(options.body !== undefined && { body: JSON.stringify(options.body) }),
                },
                timeoutMs: options.timeoutMs ?? this.settings.timeoutMs,
                signal: options.signal,
                streamed,
            });
            // Pages of other origins do not see this header.
            const serverTime = Date.parse(reply.response.headers.get('Date') ?? '');
            if (!Number.isNaN(serverTime)) this.clockSkewMs = serverTime - Date.now();
            if (reply.response.ok) return reply;
            return { reply, failure: readError(reply), unclear: !asksToRepeat(reply) && isUnavailable(reply) };
        } catch (error) {
            if (error instanceof NetworkError) return { failure: error, unclear: true };
            throw error;
        }
    }
}

// URLSearchParams is incomplete in React Native.
function query(parameters: unknown): string {
    const pairs = Object.entries(parameters ?? {})
        .filter(([, value]) => value !== undefined && value !== null)
        .map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`);
    return pairs.length ? `?${pairs.join('&')}` : '';
}
