import { ProblemError, SignedOutError } from '../errors.js';
import { backoff, wait } from '../http/waiting.js';
import type { ClientMessage, ServerMessage } from '../types.js';
import type { CloseReason } from './room-state.js';

/** What is used of a WebSocket: the platform's, and those of packages such as `ws`. */
export interface Socket {
    readonly readyState: number;
    onopen: ((event: never) => void) | null;
    onmessage: ((event: never) => void) | null;
    onclose: ((event: never) => void) | null;
    onerror: ((event: never) => void) | null;
    send(text: string): void;
    close(): void;
}
export type SocketConstructor = new (url: string) => Socket;

export interface LinkParts {
    /** Opens the way to the socket, each time anew. */
    getUrl: (signal: AbortSignal) => Promise<string>;
    WebSocket: SocketConstructor;
    /** The first message on each socket. */
    hello: () => ClientMessage;
    onMessage: (message: ServerMessage) => void;
    /** `error`: why the way to the socket was refused, if that was it. */
    onLost: (error: unknown) => void;
    onEnd: (reason: CloseReason) => void;
}

const kWelcomeTimeoutMs = 10_000;
const kFirstBackoffMs = 500;
const kMostBackoffMs = 15_000;

/** Close codes after which coming back would not help. All others: the connection or the node was lost. */
const kFinalCodes: Partial<Record<number, CloseReason>> = {
    1000: 'left',
    1003: 'failed',
    1009: 'failed',
    4403: 'forbidden',
    4404: 'notFound',
    4409: 'full',
    4410: 'over',
    4429: 'displaced',
};

/** Problems of a ticket after which coming back would not help. */
const kFinalProblems: Partial<Record<string, CloseReason>> = {
    forbidden: 'forbidden',
    group_ended: 'over',
    group_full: 'full',
    not_found: 'notFound',
};

/** Keeps one socket to a room open: connects, and connects again after a loss, until it is ended or coming back is useless. */
export class Link {
    readonly #parts: LinkParts;
    readonly #end = new AbortController();
    #socket: Socket | undefined;
    #lose: (() => void) | undefined;
    #wakeUp: (() => void) | undefined;
    #failures = 0;
    #pauseMs: number | undefined;
    #lastError: unknown;

    constructor(parts: LinkParts) {
        this.#parts = parts;
    }

    /** Runs until the end. */
    async run(): Promise<void> {
        for (;;) {
            const reason = await this.#connectOnce();
            if (reason) this.end(reason);
            if (this.#isEnded()) return;
            this.#parts.onLost(this.#lastError);
            await this.#pause();
            if (this.#isEnded()) return;
        }
    }

    /** Whether the message could be sent. */
    send(message: ClientMessage): boolean {
        if (this.#socket?.readyState !== 1) return false;
        this.#socket.send(JSON.stringify(message));
        return true;
    }

    end(reason: CloseReason): void {
        if (this.#end.signal.aborted) return;
        this.#end.abort();
        this.#lose?.();
        this.#parts.onEnd(reason);
    }

    /** The server has accepted this client: the next loss is the first one. */
    established(): void {
        this.#failures = 0;
    }

    /** The server says when to come back. */
    pauseFor(ms: number): void {
        this.#pauseMs = ms;
    }

    /** Gives up a connection that is dead without having been closed. */
    lose(): void {
        this.#lose?.();
    }

    /** Ends a pause, such as when the device is online again. */
    wakeUp(): void {
        this.#wakeUp?.();
    }

    #isEnded(): boolean {
        return this.#end.signal.aborted;
    }

    async #pause(): Promise<void> {
        const ms = this.#pauseMs ?? backoff(this.#failures++, kFirstBackoffMs, kMostBackoffMs);
        const awake = new Promise<void>((resolve) => (this.#wakeUp = resolve));
        const waited = wait(ms, this.#end.signal).catch(() => undefined);
        // A pause that the server asked for spreads its clients.
        await (this.#pauseMs === undefined ? Promise.race([waited, awake]) : waited);
        this.#pauseMs = undefined;
    }

    /** One socket from its opening to its end; why not to come back, if so. */
    async #connectOnce(): Promise<CloseReason | undefined> {
        let socket: Socket;
        this.#lastError = undefined;
        try {
            const url = await this.#parts.getUrl(this.#end.signal);
            if (this.#isEnded()) return undefined;
            socket = new this.#parts.WebSocket(url);
        } catch (error) {
            this.#lastError = error;
            if (error instanceof SignedOutError) return 'signedOut';
            if (error instanceof ProblemError && error.retryAfterMs !== undefined) this.pauseFor(error.retryAfterMs);
            return error instanceof ProblemError ? kFinalProblems[error.code] : undefined;
        }
        return kFinalCodes[await this.#serve(socket)];
    }

    #serve(socket: Socket): Promise<number> {
        this.#socket = socket;
        return new Promise<number>((resolve) => {
            const isWelcome = setTimeout(() => close(), kWelcomeTimeoutMs);
            const close = (code = 1006): void => {
                clearTimeout(isWelcome);
                socket.onmessage = socket.onopen = socket.onclose = socket.onerror = null;
                if (socket.readyState < 2) socket.close();
                this.#socket = this.#lose = undefined;
                resolve(code);
            };
            this.#lose = () => close();
            socket.onopen = () => void this.send(this.#parts.hello());
            socket.onmessage = ({ data }: { data: unknown }) => {
                const message = parse(data);
                if (message?.type === 'welcome') clearTimeout(isWelcome);
                if (message) this.#parts.onMessage(message);
            };
            socket.onerror = () => undefined; // its close event follows
            socket.onclose = ({ code }: { code: number }) => close(code);
        });
    }
}

/** A message that is not JSON is none of this API; a type that is unknown is of a newer server. Neither ends the link. */
function parse(data: unknown): ServerMessage | undefined {
    try {
        return JSON.parse(data as string) as ServerMessage;
    } catch {
        return undefined;
    }
}
