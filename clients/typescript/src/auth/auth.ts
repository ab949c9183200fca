import { isProblem, SignedOutError } from '../errors.js';
import type { Authorizer, CallOptions, ChangeOptions, CreateOptions, Http, TokenOptions } from '../http/http.js';
import { wait } from '../http/waiting.js';
import { newId } from '../ids.js';
import { Variable, type Observable } from '../observable.js';
import type { Credentials, Registration, Tokens, User } from '../types.js';
import { AccessToken } from './access-token.js';
import type { LoginRecord } from './login-record.js';
import type { TabMessage, Tabs } from './tabs.js';

/** Whether there is a login session, as far as this client knows without the server. */
export type AuthState =
    | { status: 'restoring' }
    | { status: 'signedIn'; userId: string }
    | { status: 'signedOut'; reason: 'never' | 'logout' }
    /** Until the user logs in again, what is theirs waits for them. */
    | { status: 'signedOut'; reason: 'expired'; userId: string };

export interface AuthSettings {
    http: Http;
    record: LoginRecord;
    /** The refresh token is in a cookie, which scripts cannot read. */
    usesCookie: boolean;
    openTabs: (onMessage: (message: TabMessage) => void) => Tabs;
}

type LoggedIn = { user: User; tokens: Tokens };

const kUsualValidityMs = 30_000;
const kMessageOfOtherTabMs = 100;

/** The login session: logging in and out, and valid access tokens for all other calls. */
export class Auth implements Authorizer {
    readonly #http: Http;
    readonly #record: LoginRecord;
    readonly #usesCookie: boolean;
    readonly #tabs: Tabs;
    readonly #state = new Variable<AuthState>({ status: 'restoring' });
    #accessToken: AccessToken | undefined;
    #refresh: Promise<void> | undefined;
    /** Settles as soon as a stored login has been looked for, without a request. */
    readonly ready: Promise<void>;

    constructor(settings: AuthSettings) {
        this.#http = settings.http;
        this.#record = settings.record;
        this.#usesCookie = settings.usesCookie;
        this.#tabs = settings.openTabs((message) => this.#onMessage(message));
        this.ready = this.#restore();
    }

    get state(): Observable<AuthState> {
        return this.#state;
    }

    /** The user's id, if signed in. */
    get userId(): string | undefined {
        return this.#state.value.status === 'signedIn' ? this.#state.value.userId : undefined;
    }

    /** Creates an account and logs in. */
    async register(registration: Registration, options?: CreateOptions): Promise<User> {
        const body = this.#withCookie(registration);
        return this.#logIn(
            await this.#http.request('post', '/api/v1/auth/register', {
                idempotencyKey: newId(),
                ...options,
                body,
                anonymous: true,
                withCookie: this.#usesCookie,
            }),
        );
    }

    async login(credentials: Credentials, options?: CallOptions): Promise<User> {
        const body = this.#withCookie(credentials);
        return this.#logIn(
            await this.#http.request('post', '/api/v1/auth/login', {
                ...options,
                body,
                anonymous: true,
                withCookie: this.#usesCookie,
            }),
        );
    }

    /** Ends this login session. Here it ends in any case; it rejects if the server could not be told. */
    async logout(options?: CallOptions): Promise<void> {
        await this.#logOut('/api/v1/auth/logout', options);
    }

    /** Ends all login sessions of the user. */
    async logoutEverywhere(options?: CallOptions): Promise<void> {
        await this.#logOut('/api/v1/auth/logout-all', options);
    }

    /** Ends the user's other login sessions. */
    changePassword(currentPassword: string, newPassword: string, options?: CallOptions): Promise<void> {
        const body = { currentPassword, newPassword };
        return this.#http.request('post', '/api/v1/auth/password/change', { ...options, body });
    }

    /** Has a link mailed, if the address has an account. */
    forgotPassword(email: string, options?: CallOptions): Promise<void> {
        return this.#http.request('post', '/api/v1/auth/password/forgot', {
            ...options,
            body: { email },
            anonymous: true,
        });
    }

    /** With the token of the mailed link. Ends all login sessions of the user. */
    resetPassword(token: string, newPassword: string, options?: CallOptions): Promise<void> {
        const body = { token, newPassword };
        return this.#http.request('post', '/api/v1/auth/password/reset', { ...options, body, anonymous: true });
    }

    /** With the token of the mailed link. */
    verifyEmail(token: string, options?: CallOptions): Promise<void> {
        return this.#http.request('post', '/api/v1/auth/email/verify', {
            ...options,
            body: { token },
            anonymous: true,
        });
    }

    resendVerification(options?: CallOptions): Promise<void> {
        return this.#http.request('post', '/api/v1/auth/email/resend', options);
    }

    /** Deletes the account with all personal data. */
    async deleteAccount(password: string, options?: ChangeOptions): Promise<void> {
        await this.#http.request('delete', '/api/v1/users/me', {
            ...options,
            body: { password },
            withCookie: this.#usesCookie,
        });
        await this.#end();
    }

    /** A valid access token; refreshed before it runs out, once for all who ask. */
    async accessToken(options: TokenOptions = {}): Promise<string> {
        const { rejected, validForMs = kUsualValidityMs } = options;
        await this.ready;
        const userId = options.userId ?? this.userId;
        this.#require(userId);
        if (!this.#has(rejected, validForMs)) {
            this.#refresh ??= this.#tabs
                .exclusive((waited) => this.#refreshNow(waited, rejected, validForMs))
                .finally(() => (this.#refresh = undefined));
            await this.#refresh;
        }
        this.#require(userId);
        if (!this.#accessToken) throw new SignedOutError('Signed out');
        return this.#accessToken.text;
    }

    close(): void {
        this.#tabs.close();
    }

    async #restore(): Promise<void> {
        const login = await this.#record.read();
        if (this.#state.value.status !== 'restoring') return;
        if (!login) this.#state.set({ status: 'signedOut', reason: 'never' });
        else if (login.expired) this.#state.set({ status: 'signedOut', reason: 'expired', userId: login.userId });
        else this.#state.set({ status: 'signedIn', userId: login.userId });
    }

    #withCookie<T extends object>(body: T): T {
        return this.#usesCookie ? { ...body, cookie: true } : body;
    }

    async #logIn({ user, tokens }: LoggedIn): Promise<User> {
        await this.#accept(user.id, tokens);
        return user;
    }

    async #logOut(path: '/api/v1/auth/logout' | '/api/v1/auth/logout-all', options?: CallOptions): Promise<void> {
        await this.ready;
        const userId = this.userId;
        try {
            await this.#http.request('post', path, { ...options, withCookie: this.#usesCookie, repeatable: true });
        } catch (error) {
            // It had ended before.
            if (!(error instanceof SignedOutError) && !(isProblem(error) && error.status === 401)) throw error;
        } finally {
            // Not the login of another user, who was faster.
            if (this.userId === userId) await this.#end();
        }
    }

    #has(rejected: string | undefined, validForMs: number): boolean {
        return !!this.#accessToken && this.#accessToken.text !== rejected && this.#accessToken.isValidFor(validForMs);
    }

    #require(userId: string | undefined): void {
        const state = this.#state.value;
        if (state.status === 'signedOut') throw new SignedOutError(`Signed out: ${state.reason}`);
        if (this.userId === undefined || this.userId !== userId) throw new SignedOutError('Another user has signed in');
    }

    async #refreshNow(waited: boolean, rejected: string | undefined, validForMs: number): Promise<void> {
        // The tab before us had the lock to refresh; its message with the token may arrive after the lock.
        for (let ms = 0; waited && ms < kMessageOfOtherTabMs && !this.#has(rejected, validForMs); ms += 10)
            await wait(10);
        if (this.#has(rejected, validForMs)) return;
        const login = await this.#record.read();
        if (!login || login.expired) return this.#end(login?.userId);
        try {
            const { tokens } = await this.#http.request('post', '/api/v1/auth/refresh', {
                ...(login.refreshToken && { body: { refreshToken: login.refreshToken } }),
                anonymous: true,
                withCookie: this.#usesCookie,
                // The server replays the successor of a token whose response was lost.
                repeatable: true,
            });
            this.#require(login.userId);
            await this.#accept(login.userId, tokens);
        } catch (error) {
            if (!isProblem(error) || error.status !== 401) throw error;
            await this.#end(login.userId);
        }
    }

    async #accept(userId: string, tokens: Tokens): Promise<void> {
        const token = new AccessToken(tokens.accessToken, Date.now(), tokens.expiresIn * 1000);
        this.#accessToken = token;
        await this.#record.write({ userId, refreshToken: tokens.refreshToken ?? undefined });
        this.#setSignedIn(userId);
        const { text: accessToken, issuedAt, lifetimeMs } = token;
        this.#tabs.publish({ type: 'signedIn', userId, accessToken, issuedAt, lifetimeMs });
    }

    /** By logout, or because the login session of this user has expired. */
    async #end(expiredOf?: string): Promise<void> {
        this.#accessToken = undefined;
        await this.#record.write(expiredOf === undefined ? undefined : { userId: expiredOf, expired: true });
        this.#setSignedOut(expiredOf);
        this.#tabs.publish({ type: 'signedOut', expiredOf });
    }

    #onMessage(message: TabMessage): void {
        if (message.type === 'signedIn') {
            this.#accessToken = new AccessToken(message.accessToken, message.issuedAt, message.lifetimeMs);
            this.#setSignedIn(message.userId);
        } else {
            this.#accessToken = undefined;
            this.#setSignedOut(message.expiredOf);
        }
    }

    #setSignedIn(userId: string): void {
        if (this.userId !== userId) this.#state.set({ status: 'signedIn', userId });
    }

    #setSignedOut(expiredOf: string | undefined): void {
        if (this.#state.value.status === 'signedOut') return;
        if (expiredOf === undefined) this.#state.set({ status: 'signedOut', reason: 'logout' });
        else this.#state.set({ status: 'signedOut', reason: 'expired', userId: expiredOf });
    }
}
