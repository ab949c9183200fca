export { createClient, type Client, type ClientOptions } from './client.js';
export type { Auth, AuthState } from './auth/auth.js';
export {
    isProblem,
    MindspaceError,
    NetworkError,
    ProblemError,
    SignedOutError,
    TimeoutError,
    UnexpectedResponseError,
} from './errors.js';
export type { Bell } from './groups/bells.js';
export type { Socket, SocketConstructor } from './groups/link.js';
export { RoomError, type Room, type RoomListeners } from './groups/room.js';
export type { CloseReason, RoomState } from './groups/room-state.js';
export { localNow, type ServerClock } from './groups/server-clock.js';
export { etagOf } from './http/etags.js';
export type { CallOptions, ChangeOptions, CreateOptions } from './http/http.js';
export type { List, Page } from './http/list.js';
export { newId } from './ids.js';
export type { FinishedSession, OfflineQueue, QueueOutcome, QueueState } from './offline/queue.js';
export type { Observable } from './observable.js';
export type { DateRange } from './resources/analytics.js';
export type { GroupQuery } from './resources/groups.js';
export type { HistoryQuery } from './resources/sessions.js';
export { indexedDbStorage } from './storage/indexed-db.js';
export { memoryStorage, type Storage } from './storage/storage.js';
export type * from './types.js';
