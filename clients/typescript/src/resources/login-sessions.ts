import type { CallOptions, Http } from '../http/http.js';
import { List } from '../http/list.js';
import type { LoginSession } from '../types.js';

/** The devices on which the user is logged in. */
export class LoginSessions {
    constructor(private readonly http: Http) {}

    /** Most recently used first. */
    list(query: { limit?: number; cursor?: string } = {}, options?: CallOptions): List<LoginSession> {
        return new List((cursor = query.cursor) =>
            this.http.request('get', '/api/v1/auth/sessions', { ...options, query: { ...query, cursor } }),
        );
    }

    end(id: string, options?: CallOptions): Promise<void> {
        return this.http.request('delete', '/api/v1/auth/sessions/{id}', { ...options, id });
    }
}
