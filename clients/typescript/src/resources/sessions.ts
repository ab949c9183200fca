import type { CallOptions, ChangeOptions, CreateOptions, Http } from '../http/http.js';
import { List } from '../http/list.js';
import type { Operation, Query } from '../http/operations.js';
import { newId } from '../ids.js';
import type {
    CompleteSession,
    ImportedSession,
    ImportResult,
    MeditationSession,
    SessionPatch,
    StartSession,
} from '../types.js';

export type HistoryQuery = Query<Operation<'get', '/api/v1/sessions'>>;

/** Meditation sessions. */
export class Sessions {
    constructor(private readonly http: Http) {}

    /** Starts a session now; a user has one active session at most (409 `session_active`). */
    start(session: StartSession, options?: CreateOptions): Promise<MeditationSession> {
        return this.http.request('post', '/api/v1/sessions', { idempotencyKey: newId(), ...options, body: session });
    }

    /** Ends it. Completing a completed session again changes nothing. */
    complete(id: string, result: CompleteSession = {}, options?: CallOptions): Promise<MeditationSession> {
        return this.http.request('post', '/api/v1/sessions/{id}/complete', {
            ...options,
            id,
            body: result,
            repeatable: true,
        });
    }

    abandon(id: string, options?: CallOptions): Promise<MeditationSession> {
        return this.http.request('post', '/api/v1/sessions/{id}/abandon', { ...options, id, repeatable: true });
    }

    get(id: string, options?: CallOptions): Promise<MeditationSession> {
        return this.http.request('get', '/api/v1/sessions/{id}', { ...options, id });
    }

    update(id: string, patch: SessionPatch, options?: ChangeOptions): Promise<MeditationSession> {
        return this.http.request('patch', '/api/v1/sessions/{id}', { ...options, id, body: patch });
    }

    /** Takes it out of history and statistics, for good. */
    delete(id: string, options?: ChangeOptions): Promise<void> {
        return this.http.request('delete', '/api/v1/sessions/{id}', { ...options, id });
    }

    /** Newest first. */
    list(query: HistoryQuery = {}, options?: CallOptions): List<MeditationSession> {
        return new List((cursor = query.cursor) =>
            this.http.request('get', '/api/v1/sessions', { ...options, query: { ...query, cursor } }),
        );
    }

    /** Imports up to 500 finished sessions, each with an outcome of its own. */
    async import(sessions: ImportedSession[], options?: CreateOptions): Promise<ImportResult[]> {
        const { results } = await this.http.request('post', '/api/v1/sessions/import', {
            idempotencyKey: newId(),
            timeoutMs: 60_000,
            ...options,
            body: { sessions },
        });
        return results;
    }
}
