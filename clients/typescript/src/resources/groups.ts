import type { CallOptions, ChangeOptions, CreateOptions, Http } from '../http/http.js';
import { List } from '../http/list.js';
import type { Operation, Query } from '../http/operations.js';
import { newId } from '../ids.js';
import type { SocketConstructor } from '../groups/link.js';
import { Room } from '../groups/room.js';
import type { Group, GroupPatch, NewGroup, Ticket } from '../types.js';

export type GroupQuery = Query<Operation<'get', '/api/v1/groups'>>;

/** Groups: meditations that several people attend together. */
export class Groups {
    readonly #rooms = new Set<Room>();

    constructor(
        private readonly http: Http,
        private readonly webSocket: SocketConstructor | undefined,
    ) {}

    /** The caller becomes the host. */
    create(group: NewGroup, options?: CreateOptions): Promise<Group> {
        return this.http.request('post', '/api/v1/groups', { idempotencyKey: newId(), ...options, body: group });
    }

    get(id: string, options?: CallOptions): Promise<Group> {
        return this.http.request('get', '/api/v1/groups/{id}', { ...options, id });
    }

    /** For the host. */
    update(id: string, patch: GroupPatch, options?: ChangeOptions): Promise<Group> {
        return this.http.request('patch', '/api/v1/groups/{id}', { ...options, id, body: patch });
    }

    /** For the host: cancels a scheduled group, ends a running one. */
    cancel(id: string, options?: ChangeOptions): Promise<void> {
        return this.http.request('delete', '/api/v1/groups/{id}', { ...options, id });
    }

    /** Public groups, soonest first; those scheduled or running unless the query has a state. */
    list(query: GroupQuery = {}, options?: CallOptions): List<Group> {
        return new List((cursor = query.cursor) =>
            this.http.request('get', '/api/v1/groups', { ...options, query: { ...query, cursor } }),
        );
    }

    /** For calendar programs. */
    calendarUrl(id: string): string {
        return `${this.http.settings.baseUrl}/api/v1/groups/${encodeURIComponent(id)}/calendar.ics`;
    }

    /** Enters the group's room, and stays in it until `leave()` or its end, whatever the connection does. */
    join(id: string): Room {
        // Looked up now: a polyfill may have been loaded since.
        const webSocket = this.webSocket ?? (globalThis as { WebSocket?: SocketConstructor }).WebSocket;
        if (!webSocket) throw new TypeError('No WebSocket here: pass one to createClient()');
        const { userId } = this.http.authorizer!;
        const room = new Room({
            groupId: id,
            WebSocket: webSocket,
            getTicketUrl: async (signal) => {
                const { ticket } = await this.ticket(id, { signal, userId });
                return `${this.#socketBase()}/api/v1/groups/${encodeURIComponent(id)}/live?ticket=${encodeURIComponent(ticket)}`;
            },
            getAccessToken: (validForMs) => this.http.authorizer!.accessToken({ validForMs, userId }),
        });
        this.#rooms.add(room);
        room.state.subscribe(({ connection }) => {
            if (connection === 'closed') this.#rooms.delete(room);
        });
        return room;
    }

    /** Leaves all rooms. */
    close(): void {
        for (const room of this.#rooms) room.leave();
        this.#rooms.clear();
    }

    #socketBase(): string {
        return (this.http.settings.baseUrl || location.origin).replace(/^http/, 'ws');
    }

    /** Opens the group's socket once; `join()` does this by itself. */
    ticket(id: string, options?: CreateOptions): Promise<Ticket> {
        return this.http.request('post', '/api/v1/groups/{id}/ticket', { idempotencyKey: newId(), ...options, id });
    }
}
