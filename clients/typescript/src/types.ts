// The public names of the generated types.
import type { components as rest } from './generated/openapi.js';
import type { components as socket } from './generated/asyncapi.js';

type Schemas = rest['schemas'];
type Messages = socket['schemas'];

export type Problem = Schemas['Problem'];
export type User = Schemas['User'];
export type UserPatch = Schemas['UserPatch'];
export type UserStats = Schemas['UserStats'];
export type PublicUser = Schemas['PublicUser'];
export type AuditRecord = Schemas['AuditRecord'];
export type Tokens = Schemas['Tokens'];
export type Registration = Schemas['Register'];
export type Credentials = Schemas['Login'];
export type LoginSession = Schemas['LoginSession'];
export type MeditationSession = Schemas['MeditationSession'];
export type Kind = MeditationSession['kind'];
export type StartSession = Schemas['StartSession'];
export type CompleteSession = Schemas['CompleteSession'];
export type SessionPatch = Schemas['SessionPatch'];
export type ImportedSession = Schemas['ImportedSession'];
export type ImportResult = Schemas['ImportResult'];
export type Group = Schemas['Group'];
export type NewGroup = Schemas['NewGroup'];
export type GroupPatch = Schemas['GroupPatch'];
export type Ticket = Schemas['Ticket'];
export type DailyAnalytics = Schemas['DailyAnalytics'];
export type WeeklyAnalytics = Schemas['WeeklyAnalytics'];
export type MonthlyAnalytics = Schemas['MonthlyAnalytics'];
export type AnalyticsSummary = Schemas['AnalyticsSummary'];
export type Heatmap = Schemas['Heatmap'];
export type GlobalAnalytics = Schemas['GlobalAnalytics'];

export type Participant = Messages['Participant'];
export type ReactionKind = Messages['ClientReaction']['kind'];
export type Welcome = Messages['ServerWelcome'];
/** What all clients of a room receive, numbered by `seq` within an `epoch`. */
export type RoomEvent =
    | Messages['ServerJoin']
    | Messages['ServerLeave']
    | Messages['ServerPresence']
    | Messages['ServerStart']
    | Messages['ServerEnd']
    | Messages['ServerReaction']
    | Messages['ServerGroup'];
export type ServerMessage =
    | RoomEvent
    | Welcome
    | Messages['ServerTime']
    | Messages['ServerReauth']
    | Messages['ServerDrain']
    | Messages['ServerError'];
export type ClientMessage =
    | Messages['ClientHello']
    | Messages['ClientStart']
    | Messages['ClientEnd']
    | Messages['ClientReaction']
    | Messages['ClientTime']
    | Messages['ClientAuth']
    | Messages['ClientLeave'];
