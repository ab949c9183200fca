import { Auth } from './auth/auth.js';
import { LoginRecord } from './auth/login-record.js';
import { browserTabs, noTabs } from './auth/tabs.js';
import type { SocketConstructor } from './groups/link.js';
import { Http, type HttpSettings } from './http/http.js';
import { Analytics } from './resources/analytics.js';
import { Groups } from './resources/groups.js';
import { LoginSessions } from './resources/login-sessions.js';
import { Sessions } from './resources/sessions.js';
import { Users } from './resources/users.js';
import { OfflineQueue } from './offline/queue.js';
import { indexedDbStorage } from './storage/indexed-db.js';
import { localStorageIfUsable, memoryStorage, type Storage } from './storage/storage.js';

export interface ClientOptions {
    /** Such as `https://mind.example`. Default: the origin of the page. */
    baseUrl?: string;
    /**
     * Where the refresh token is: in a `cookie` that scripts cannot read, for pages, or in the `storage`, for programs and apps.
     * Default: `cookie` in a page.
     */
    login?: 'cookie' | 'storage';
    /** For the login and the offline queue. Default: `localStorage` and IndexedDB in a page, otherwise memory. */
    storage?: Storage;
    /** Default: the platform's. */
    fetch?: typeof fetch;
    /** Default: the platform's. Node.js 20 has one with `--experimental-websocket`; the package `ws` is one, too. */
    WebSocket?: SocketConstructor;
    /** Time limit of one attempt. */
    timeoutMs?: number;
    /** How many times a call is repeated if the server was unavailable. */
    retries?: number;
    /** A longer `Retry-After` is reported instead of waited for. */
    longestWaitMs?: number;
}

/** A client of one Mind Space server, for one user at a time. */
export class Client {
    readonly #http: Http;
    readonly auth: Auth;
    readonly users: Users;
    readonly loginSessions: LoginSessions;
    readonly sessions: Sessions;
    readonly groups: Groups;
    readonly analytics: Analytics;
    /** Finished sessions that wait for the server. */
    readonly offline: OfflineQueue;
    /** Any endpoint of the API, typed by its document: `request('get', '/api/v1/users/{id}', { id })`. */
    readonly request: Http['request'];

    constructor(options: ClientOptions = {}) {
        const isPage = typeof document !== 'undefined';
        const baseUrl = (options.baseUrl ?? '').replace(/\/+$/, '');
        if (!isPage && !baseUrl) throw new TypeError('baseUrl is needed outside of a page');
        const settings: HttpSettings = {
            baseUrl,
            fetch: options.fetch ?? ((...request) => fetch(...request)),
            timeoutMs: options.timeoutMs ?? 10_000,
            retries: options.retries ?? 3,
            longestWaitMs: options.longestWaitMs ?? 10_000,
        };
        const http = new Http(settings);
        const storage = options.storage ?? localStorageIfUsable() ?? memoryStorage();
        const usesCookie = (options.login ?? (isPage ? 'cookie' : 'storage')) === 'cookie';
        const name = `mindspace:${baseUrl}`;
        this.auth = new Auth({
            http,
            record: new LoginRecord(storage, `${name}:login`),
            usesCookie,
            // A storage of its own may be another user's.
            openTabs: (onMessage) => (isPage && !options.storage ? browserTabs(name, onMessage) : noTabs),
        });
        http.authorizer = this.auth;
        this.request = http.request.bind(http);
        this.users = new Users(http);
        this.loginSessions = new LoginSessions(http);
        this.sessions = new Sessions(http);
        this.groups = new Groups(http, options.WebSocket);
        this.analytics = new Analytics(http);
        this.offline = new OfflineQueue({
            sessions: this.sessions,
            auth: this.auth.state,
            storage: options.storage ?? (isPage ? indexedDbStorage('mindspace') : storage),
            name,
        });
        this.#http = http;
    }

    /** How far the server's clock is ahead of this device's, within seconds; 0 until the first response. */
    get clockSkewMs(): number {
        return this.#http.clockSkewMs;
    }

    /** Ends what the client does on its own: rooms, watching other tabs, and sending what waits. */
    close(): void {
        this.groups.close();
        this.auth.close();
        this.offline.close();
    }
}

/** A client with these options, each of which has a default; `baseUrl` only in a page. */
export function createClient(options: ClientOptions = {}): Client {
    return new Client(options);
}
