import type { AuthState } from '../auth/auth.js';
import { isProblem, MindspaceError, SignedOutError } from '../errors.js';
import type { CallOptions } from '../http/http.js';
import { backoff } from '../http/waiting.js';
import { withLock } from '../locks.js';
import { notify, Variable, type Observable } from '../observable.js';
import type { Sessions } from '../resources/sessions.js';
import type { Storage } from '../storage/storage.js';
import type { ImportedSession, ImportResult } from '../types.js';
import { StoredList } from './stored-list.js';

/** A meditation that has ended. Its id is its identity: however often it is sent, it is there once. */
export interface FinishedSession extends ImportedSession {
    /** `sessions.start()` was called for this id, whether it succeeded or not. */
    started?: boolean;
}

/** What became of a finished session. `invalid` ones stay in the queue, as `rejected`. */
export interface QueueOutcome {
    session: FinishedSession;
    outcome: ImportResult['outcome'];
    errors?: ImportResult['errors'];
}

export interface QueueState {
    waiting: readonly FinishedSession[];
    /** The server refused them as they are: `add()` a corrected one with the same id, or `discard()` it. */
    rejected: readonly QueueOutcome[];
    isSending: boolean;
    /** Whether the queue would survive a reload. False if the storage is full or forbidden. */
    isSaved: boolean;
}

export interface QueueParts {
    sessions: Sessions;
    auth: Observable<AuthState>;
    storage: Storage;
    /** The keys in the storage begin with it. */
    name: string;
}

interface Entry {
    session: FinishedSession;
    rejection?: QueueOutcome;
}

export const kMostQueued = 2_000;
const kBatch = 200;
const kFirstRetryMs = 5_000;
const kMostRetryMs = 300_000;

/** Finished sessions that wait for the server, each user's apart. They are sent as soon as it can be reached. */
export class OfflineQueue {
    readonly #parts: QueueParts;
    readonly #lists = new Map<string, StoredList<Entry>>();
    readonly #state = new Variable<QueueState>({ waiting: [], rejected: [], isSending: false, isSaved: true });
    readonly #listeners = new Set<(outcome: QueueOutcome) => void>();
    readonly #unsubscribe: () => void;
    #sending: Promise<void> | undefined;
    #timer: ReturnType<typeof setTimeout> | undefined;
    #failures = 0;
    #readings = 0;
    readonly #online = (): void => this.#sendInBackground();

    constructor(parts: QueueParts) {
        this.#parts = parts;
        this.#unsubscribe = parts.auth.subscribe(() => void this.#onUser());
        if (typeof document !== 'undefined') addEventListener('online', this.#online);
    }

    get state(): Observable<QueueState> {
        return this.#state;
    }

    /** Returns a function that ends it. */
    onOutcome(listener: (outcome: QueueOutcome) => void): () => void {
        this.#listeners.add(listener);
        return () => this.#listeners.delete(listener);
    }

    /** Resolves when it is stored; sending goes on in the background. An older one with this id is replaced. */
    async add(session: FinishedSession): Promise<void> {
        const list = this.#list();
        if (!list) throw new SignedOutError('No user is signed in to record this session for');
        const others = (entries: readonly Entry[]): Entry[] =>
            entries.filter((entry) => entry.session.id !== session.id);
        if (others(await list.read()).length >= kMostQueued)
            throw new MindspaceError(`${kMostQueued} sessions wait already`);
        await list.update((entries) => [...others(entries), { session }]);
        await this.#show();
        this.#sendInBackground();
    }

    async discard(id: string): Promise<void> {
        await this.#list()?.update((entries) => entries.filter((entry) => entry.session.id !== id));
        await this.#show();
    }

    /** Sends all that wait, now. Rejects if the server cannot be reached; the queue then tries again by itself. */
    async send(): Promise<void> {
        this.#sending ??= this.#sendAll().finally(() => (this.#sending = undefined));
        await this.#sending;
    }

    close(): void {
        clearTimeout(this.#timer);
        this.#unsubscribe();
        if (typeof document !== 'undefined') removeEventListener('online', this.#online);
    }

    #list(): StoredList<Entry> | undefined {
        const state = this.#parts.auth.value;
        const userId = 'userId' in state ? state.userId : undefined;
        if (userId === undefined) return undefined;
        let list = this.#lists.get(userId);
        if (!list) {
            list = new StoredList(this.#parts.storage, `${this.#parts.name}:finished:${userId}`);
            this.#lists.set(userId, list);
        }
        return list;
    }

    async #onUser(): Promise<void> {
        await this.#show();
        if (this.#state.value.waiting.length > 0) this.#sendInBackground();
    }

    #sendInBackground(): void {
        clearTimeout(this.#timer);
        // What is being sent may not contain what has just been added.
        const before = this.#sending?.catch(() => undefined) ?? Promise.resolve();
        before
            .then(() => this.send())
            .then(
                () => (this.#failures = 0),
                () => {
                    const timer = setTimeout(
                        () => this.#sendInBackground(),
                        backoff(this.#failures++, kFirstRetryMs, kMostRetryMs),
                    );
                    // A program may end although sessions wait.
                    (timer as { unref?: () => void }).unref?.();
                    this.#timer = timer;
                },
            );
    }

    async #sendAll(): Promise<void> {
        const list = this.#list();
        const state = this.#parts.auth.value;
        if (!list || state.status !== 'signedIn') return;
        const owner = { userId: state.userId };
        this.#set({ isSending: true });
        try {
            await withLock(`${this.#parts.name}:sending`, async () => {
                for (;;) {
                    const waiting = (await list.read())
                        .filter((entry) => !entry.rejection)
                        .map((entry) => entry.session);
                    // Another tab may have sent them.
                    if (waiting.length === 0) return this.#show();
                    const outcomes = await this.#sendSome(waiting, owner);
                    await list.update((entries) => settle(entries, outcomes));
                    await this.#show();
                    for (const outcome of outcomes) notify(this.#listeners, outcome);
                }
            });
        } finally {
            this.#set({ isSending: false });
        }
    }

    async #sendSome(waiting: FinishedSession[], owner: CallOptions): Promise<QueueOutcome[]> {
        const started = waiting.find((session) => session.started);
        if (started) {
            const outcome = await this.#complete(started, owner);
            if (outcome) return [outcome];
        }
        // The server does not know `started` ones that get here.
        const batch = waiting.filter((session) => !session.started || session === started).slice(0, kBatch);
        const results = await this.#parts.sessions.import(
            batch.map(({ started, ...session }) => session),
            owner,
        );
        return batch.map((session, i) => ({ session, outcome: 'invalid', ...results[i] }));
    }

    /** Undefined if the server does not know the session: its start has never arrived. */
    async #complete(session: FinishedSession, owner: CallOptions): Promise<QueueOutcome | undefined> {
        const { id, durationSeconds, moodAfter, note } = session;
        try {
            await this.#parts.sessions.complete(id, { durationSeconds, moodAfter, note }, owner);
            return { session, outcome: 'created' };
        } catch (error) {
            if (!isProblem(error)) throw error;
            if (error.status === 404) return undefined;
            if (error.status === 409) return { session, outcome: 'conflict' };
            if (error.status === 422)
                return { session, outcome: 'invalid', errors: error.errors as QueueOutcome['errors'] };
            throw error;
        }
    }

    async #show(): Promise<void> {
        const reading = ++this.#readings;
        const list = this.#list();
        const entries = (await list?.read()) ?? [];
        if (reading !== this.#readings) return; // a later one knows better
        this.#set({
            waiting: entries.filter((entry) => !entry.rejection).map((entry) => entry.session),
            rejected: entries.flatMap((entry) => entry.rejection ?? []),
            isSaved: list?.isSaved ?? true,
        });
    }

    #set(change: Partial<QueueState>): void {
        this.#state.set({ ...this.#state.value, ...change });
    }
}

/** One that was replaced while it was sent stays, as its new content is not on the server. */
function settle(entries: readonly Entry[], outcomes: QueueOutcome[]): Entry[] {
    const byId = new Map(outcomes.map((outcome) => [outcome.session.id, outcome]));
    return entries.flatMap((entry) => {
        const outcome = byId.get(entry.session.id);
        if (!outcome || JSON.stringify(outcome.session) !== JSON.stringify(entry.session)) return [entry];
        return outcome.outcome === 'invalid' ? [{ session: entry.session, rejection: outcome }] : [];
    });
}
