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
export { etagOf } from './http/etags.js';
export type { CallOptions, ChangeOptions, CreateOptions } from './http/http.js';
export type { List, Page } from './http/list.js';
export { newId } from './ids.js';
export type { Observable } from './observable.js';
export type { DateRange } from './resources/analytics.js';
export type { GroupQuery } from './resources/groups.js';
export type { HistoryQuery } from './resources/sessions.js';
export { memoryStorage, type Storage } from './storage/storage.js';
export type * from './types.js';
