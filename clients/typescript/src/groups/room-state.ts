// What a client knows of a room, as a function of the messages it has received. No socket, no clock.
import type { Group, Participant, RoomEvent, Welcome } from '../types.js';

/** Why a room is closed: what a user can be told. */
export type CloseReason =
    | 'left'
    | 'over'
    | 'full'
    | 'notFound'
    | 'forbidden'
    | 'signedOut'
    /** Too many sockets of this user: a newer one has taken the place of this one. */
    | 'displaced'
    | 'failed';

export interface RoomState {
    connection: 'connecting' | 'open' | 'reconnecting' | 'closed';
    closeReason?: CloseReason;
    /** Why the last attempt to connect failed, if the server or the network refused it. The next one follows by itself. */
    connectionError?: unknown;
    /** The rest is absent or empty until the first welcome. */
    self?: Participant;
    group?: Group;
    /** All of them in a small room; in one above 100 people, some. */
    participants: readonly Participant[];
    participantCount: number;
    phase: Group['state'];
    /** Clock values of the server; in the future during the countdown. */
    startsAt?: number;
    endsAt?: number;
    /** Milliseconds after `startsAt`. */
    bells: readonly number[];
    endReason?: 'completed' | 'host' | 'hostGone';
    /** The last event. */
    epoch?: string;
    seq: number;
}

export const initialRoomState: RoomState = {
    connection: 'connecting',
    participants: [],
    participantCount: 0,
    phase: 'scheduled',
    bells: [],
    seq: 0,
};

const kMostKnown = 100;

export function onWelcome(state: RoomState, welcome: Welcome): RoomState {
    const { self, group } = welcome;
    // The events that were missed follow, in order, and change the rest.
    if (welcome.resumed) return { ...state, connection: 'open', connectionError: undefined, self, group };
    return {
        connection: 'open',
        self,
        group,
        participants: welcome.participants,
        participantCount: welcome.participantCount,
        phase: welcome.state,
        ...timesOf(welcome),
        bells: welcome.bells ?? [],
        epoch: welcome.epoch,
        seq: welcome.seq,
    };
}

/** Whether the event was not applied before. Those of another epoch are new: the server has lost the older order. */
export function isNew(state: RoomState, event: RoomEvent): boolean {
    return event.epoch !== state.epoch || event.seq > state.seq;
}

export function onEvent(before: RoomState, event: RoomEvent): RoomState {
    const state = { ...before, epoch: event.epoch, seq: event.seq };
    switch (event.type) {
        case 'join':
            return { ...state, participantCount: event.participantCount, ...people(state, [event.participant], []) };
        case 'leave':
            return { ...state, participantCount: event.participantCount, ...people(state, [], [event.participant]) };
        case 'presence':
            return { ...state, participantCount: event.participantCount, ...people(state, event.joined, event.left) };
        case 'start':
            return { ...state, phase: 'running', ...timesOf(event), bells: event.bells };
        case 'end': {
            const meditated = state.startsAt !== undefined && event.endedAt >= state.startsAt;
            return {
                ...state,
                phase: meditated ? 'ended' : 'cancelled',
                endReason: event.reason as NonNullable<RoomState['endReason']>,
                endsAt: event.endedAt,
                bells: meditated && event.reason === 'completed' ? state.bells : [],
            };
        }
        case 'group':
            return { ...state, group: event.group };
        case 'reaction':
            return state;
        default:
            // Of a newer server.
            return state;
    }
}

function timesOf(from: { startsAt?: number; endsAt?: number }): Pick<RoomState, 'startsAt' | 'endsAt'> {
    return {
        ...(from.startsAt !== undefined && { startsAt: from.startsAt }),
        ...(from.endsAt !== undefined && { endsAt: from.endsAt }),
    };
}

/** Those who joined may be known already, under an older name; those who left may be unknown. */
function people(
    state: RoomState,
    joined: readonly Participant[],
    left: readonly Participant[],
): Pick<RoomState, 'participants'> {
    const byId = new Map(state.participants.map((participant) => [participant.id, participant]));
    for (const participant of left) byId.delete(participant.id);
    for (const participant of joined)
        if (byId.has(participant.id) || byId.size < kMostKnown) byId.set(participant.id, participant);
    return { participants: [...byId.values()] };
}
