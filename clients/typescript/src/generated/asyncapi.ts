// Generated from /asyncapi.json by scripts/generate-types.mjs; not edited by hand.

export type paths = Record<string, never>;
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        Group: {
            /** Format: uuid */
            id: string;
            title: string;
            description?: string | null;
            /** @enum {string} */
            kind: "breathing" | "bodyScan" | "lovingKindness" | "mindfulness" | "mantra" | "sleep" | "walking" | "visualization" | "other";
            /** Format: int32 */
            plannedSeconds: number;
            scheduledFor?: string | null;
            /** @enum {string} */
            visibility: "public" | "unlisted";
            maxParticipants?: number | null;
            host: components["schemas"]["GroupHost"];
            /** @enum {string} */
            state: "scheduled" | "running" | "ended" | "cancelled";
            startedAt?: string | null;
            endsAt?: string | null;
            endedAt?: string | null;
            /** Format: int32 */
            participantCount: number;
            /** Format: date-time */
            createdAt: string;
        };
        GroupHost: {
            /** Format: uuid */
            id: string;
            displayName: string;
        };
        Participant: {
            /** Format: uuid */
            id: string;
            displayName: string;
            avatarUrl?: string | null;
            /** Format: double */
            joinedAt: number;
        };
        ReactionCounts: {
            heart?: number | null;
            bow?: number | null;
            smile?: number | null;
        };
        ResumePoint: {
            epoch: string;
            /** Format: int64 */
            seq: number;
        };
        /** @description Must be the first message, within 5 seconds. `resume` requests the events missed since. */
        ClientHello: {
            /** @constant */
            type: "hello";
            resume?: components["schemas"]["ResumePoint"] | null;
        };
        /** @description Starts the meditation. Only for the host. */
        ClientStart: {
            /** @constant */
            type: "start";
            /** Format: int32 */
            countdownSeconds?: number;
        };
        /** @description Ends the meditation. Only for the host. */
        ClientEnd: {
            /** @constant */
            type: "end";
        };
        /** @description Sends a reaction to all participants. At most 5 per user in any 10 seconds. `ref` is included in the event. */
        ClientReaction: {
            /** @constant */
            type: "reaction";
            /** @enum {string} */
            kind: "heart" | "bow" | "smile";
            ref?: string | null;
        };
        /** @description Requests the server time. */
        ClientTime: {
            /** @constant */
            type: "time";
            /** Format: double */
            t0: number;
        };
        /** @description Sends a new access token before the current one expires. */
        ClientAuth: {
            /** @constant */
            type: "auth";
            accessToken: string;
        };
        /** @description Leaves the group. The server closes the socket with 1000. */
        ClientLeave: {
            /** @constant */
            type: "leave";
        };
        /** @description Response to `hello`. If `resumed` is true, the missed events follow. `bells` are milliseconds after `startsAt`. */
        ServerWelcome: {
            /** @constant */
            type: "welcome";
            self: components["schemas"]["Participant"];
            group: components["schemas"]["Group"];
            participants: components["schemas"]["Participant"][];
            /** Format: int64 */
            participantCount: number;
            /** @enum {string} */
            state: "scheduled" | "running" | "ended" | "cancelled";
            /** Format: double */
            startsAt?: number;
            /** Format: double */
            endsAt?: number;
            bells?: number[];
            epoch: string;
            /** Format: int64 */
            seq: number;
            /** Format: double */
            serverTime: number;
            resumed: boolean;
        };
        /** @description A participant joined. */
        ServerJoin: {
            /** @constant */
            type: "join";
            /** Format: int64 */
            seq: number;
            epoch: string;
            participant: components["schemas"]["Participant"];
            /** Format: int64 */
            participantCount: number;
        };
        /** @description A participant left. */
        ServerLeave: {
            /** @constant */
            type: "leave";
            /** Format: int64 */
            seq: number;
            epoch: string;
            participant: components["schemas"]["Participant"];
            /** Format: int64 */
            participantCount: number;
            /** @enum {string} */
            reason: "left" | "timeout" | "kicked" | "completed" | "host" | "hostGone";
        };
        /** @description In rooms with more than 100 participants: the number of participants, and some of those who joined and left. In any room, `joined` also has participants whose name or picture has changed. */
        ServerPresence: {
            /** @constant */
            type: "presence";
            /** Format: int64 */
            seq: number;
            epoch: string;
            /** Format: int64 */
            participantCount: number;
            joined: components["schemas"]["Participant"][];
            left: components["schemas"]["Participant"][];
        };
        /** @description The meditation starts. `bells` are milliseconds after `startsAt`. */
        ServerStart: {
            /** @constant */
            type: "start";
            /** Format: int64 */
            seq: number;
            epoch: string;
            /** Format: double */
            startsAt: number;
            /** Format: double */
            endsAt: number;
            bells: number[];
            /** Format: uuid */
            by: string;
        };
        /** @description The meditation has ended. The socket closes with 4410 soon. */
        ServerEnd: {
            /** @constant */
            type: "end";
            /** Format: int64 */
            seq: number;
            epoch: string;
            /** @enum {string} */
            reason: "left" | "timeout" | "kicked" | "completed" | "host" | "hostGone";
            /** Format: double */
            endedAt: number;
        };
        /** @description A reaction of a participant. In rooms with more than 100 participants: the number of each kind. */
        ServerReaction: {
            /** @constant */
            type: "reaction";
            /** Format: int64 */
            seq: number;
            epoch: string;
            /** Format: uuid */
            from?: string;
            /** @enum {string} */
            kind?: "heart" | "bow" | "smile";
            ref?: string;
            counts?: components["schemas"]["ReactionCounts"];
        };
        /** @description The group was changed or has a new host. */
        ServerGroup: {
            /** @constant */
            type: "group";
            /** Format: int64 */
            seq: number;
            epoch: string;
            group: components["schemas"]["Group"];
            /** Format: int32 */
            version: number;
        };
        /** @description As in NTP: `t1` is when the request arrived, `t2` when the response was sent. */
        ServerTime: {
            /** @constant */
            type: "time";
            /** Format: double */
            t0: number;
            /** Format: double */
            t1: number;
            /** Format: double */
            t2: number;
        };
        /** @description The access token expires in `expiresIn` seconds. Then the socket closes with 4401. */
        ServerReauth: {
            /** @constant */
            type: "reauth";
            /** Format: int64 */
            expiresIn: number;
        };
        /** @description The node is stopping: reconnect after `reconnectInMs`. The socket closes with 1012. */
        ServerDrain: {
            /** @constant */
            type: "drain";
            /** Format: int64 */
            reconnectInMs: number;
        };
        /** @description A message was invalid or not allowed, and had no effect. */
        ServerError: {
            /** @constant */
            type: "error";
            code: string;
            message: string;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export type operations = Record<string, never>;
