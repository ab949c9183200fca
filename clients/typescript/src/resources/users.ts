import type { CallOptions, ChangeOptions, Http } from '../http/http.js';
import { List } from '../http/list.js';
import type { AuditRecord, PublicUser, User, UserPatch, UserStats } from '../types.js';

/** The user's own profile, and the public part of others'. */
export class Users {
    constructor(private readonly http: Http) {}

    me(options?: CallOptions): Promise<User> {
        return this.http.request('get', '/api/v1/users/me', options);
    }

    update(patch: UserPatch, options?: ChangeOptions): Promise<User> {
        return this.http.request('patch', '/api/v1/users/me', { ...options, body: patch });
    }

    stats(options?: CallOptions): Promise<UserStats> {
        return this.http.request('get', '/api/v1/users/me/stats', options);
    }

    get(id: string, options?: CallOptions): Promise<PublicUser> {
        return this.http.request('get', '/api/v1/users/{id}', { ...options, id });
    }

    /** Everything that the server holds on the user, as one JSON document. */
    export(options?: CallOptions): Promise<Response> {
        return this.http.stream('/api/v1/users/me/export', options);
    }

    /** Logins, password changes and so on, newest first. */
    audit(query: { limit?: number; cursor?: string } = {}, options?: CallOptions): List<AuditRecord> {
        return new List((cursor = query.cursor) =>
            this.http.request('get', '/api/v1/users/me/audit', { ...options, query: { ...query, cursor } }),
        );
    }
}
