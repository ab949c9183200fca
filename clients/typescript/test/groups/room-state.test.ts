import { describe, expect, it } from 'vitest';
import { initialRoomState, isNew, onEvent, onWelcome, type RoomState } from '../../src/groups/room-state.js';
import type { Group, Participant, RoomEvent, Welcome } from '../../src/index.js';

const person = (id: string, displayName = id): Participant => ({ id, displayName, joinedAt: 0 });
const group = { id: 'g', title: 'Morning', host: { id: 'ann', displayName: 'Ann' } } as Group;
const welcome: Welcome = {
    type: 'welcome',
    self: person('ann'),
    group,
    participants: [person('ann'), person('bob')],
    participantCount: 2,
    state: 'scheduled',
    epoch: 'e',
    seq: 7,
    serverTime: 0,
    resumed: false,
};
const entered = onWelcome(initialRoomState, welcome);

type Numberless<E> = E extends unknown ? Omit<E, 'seq' | 'epoch'> : never;

/** The state after these events, numbered in order. */
function after(state: RoomState, ...events: Numberless<RoomEvent>[]): RoomState {
    return events.reduce((s, event) => onEvent(s, { ...event, epoch: 'e', seq: s.seq + 1 } as RoomEvent), state);
}

const names = (state: RoomState): string[] => state.participants.map(({ displayName }) => displayName);

it('begins with the welcome', () => {
    expect(entered).toMatchObject({ connection: 'open', participantCount: 2, phase: 'scheduled', epoch: 'e', seq: 7 });
    expect(names(entered)).toEqual(['ann', 'bob']);
    expect(entered.startsAt).toBeUndefined();
});

describe('participants', () => {
    it('join and leave', () => {
        const state = after(
            entered,
            { type: 'join', participant: person('cid'), participantCount: 3 },
            { type: 'leave', participant: person('ann'), participantCount: 2, reason: 'left' },
        );
        expect(names(state)).toEqual(['bob', 'cid']);
        expect(state.participantCount).toBe(2);
    });

    it('get a new name where they are', () => {
        const joined = [person('ann', 'Anna')];
        expect(names(after(entered, { type: 'presence', participantCount: 2, joined, left: [] }))).toEqual([
            'Anna',
            'bob',
        ]);
    });

    it('are known up to a hundred, and counted beyond', () => {
        const joined = Array.from({ length: 20 }, (_, i) => person(`p${i}`));
        let state = entered;
        for (let i = 0; i < 10; ++i) {
            const more = joined.map((p) => person(`${i}${p.id}`));
            state = after(state, {
                type: 'presence',
                participantCount: 500 + i,
                joined: more,
                left: [person('unknown')],
            });
        }
        expect(state.participants).toHaveLength(100);
        expect(state.participantCount).toBe(509);
    });
});

describe('the meditation', () => {
    const started = after(entered, { type: 'start', startsAt: 10, endsAt: 70, bells: [0, 60], by: 'ann' });

    it('starts and ends', () => {
        expect(started).toMatchObject({ phase: 'running', startsAt: 10, endsAt: 70, bells: [0, 60] });
        const ended = after(started, { type: 'end', endedAt: 70, reason: 'completed' });
        expect(ended).toMatchObject({ phase: 'ended', endReason: 'completed', bells: [0, 60] });
    });

    it('that the host ends has no more bells', () => {
        const ended = after(started, { type: 'end', endedAt: 40, reason: 'host' });
        expect(ended).toMatchObject({ phase: 'ended', endsAt: 40, bells: [] });
    });

    it('that ends in the countdown is cancelled', () => {
        expect(after(started, { type: 'end', endedAt: 5, reason: 'host' }).phase).toBe('cancelled');
    });

    it('is known to those who come late', () => {
        const late = onWelcome(initialRoomState, {
            ...welcome,
            state: 'running',
            startsAt: 10,
            endsAt: 70,
            bells: [0, 60],
        });
        expect(late).toMatchObject({ phase: 'running', startsAt: 10, endsAt: 70, bells: [0, 60] });
    });
});

describe('after a loss', () => {
    it('a resumed room keeps what it knew, and what was missed follows', () => {
        const state = onWelcome(
            { ...entered, connection: 'reconnecting' },
            { ...welcome, resumed: true, seq: 8, participants: [person('ann')], participantCount: 1 },
        );
        expect(names(state)).toEqual(['ann', 'bob']);
        expect(state.seq).toBe(7);
        const event: RoomEvent = {
            type: 'leave',
            participant: person('bob'),
            participantCount: 1,
            reason: 'timeout',
            epoch: 'e',
            seq: 8,
        };
        expect(isNew(state, event)).toBe(true);
        expect(names(onEvent(state, event))).toEqual(['ann']);
        expect(isNew(onEvent(state, event), event)).toBe(false);
    });

    it('one that cannot be resumed begins anew', () => {
        const state = onWelcome(entered, {
            ...welcome,
            epoch: 'f',
            seq: 1,
            participants: [person('cid')],
            participantCount: 1,
        });
        expect(names(state)).toEqual(['cid']);
        expect(state).toMatchObject({ epoch: 'f', seq: 1 });
    });

    it('events of a new epoch count although their numbers are small', () => {
        const event: RoomEvent = { type: 'end', endedAt: 1, reason: 'host', epoch: 'f', seq: 1 };
        expect(isNew(entered, event)).toBe(true);
        expect(onEvent(entered, event)).toMatchObject({ epoch: 'f', seq: 1 });
    });
});

it('follows a change of the group, and ignores what it does not know', () => {
    const changed = { ...group, title: 'Evening' };
    const unknown = { type: 'sparkle' } as unknown as Numberless<RoomEvent>;
    const state = after(entered, { type: 'group', group: changed, version: 2 }, unknown);
    expect(state.group?.title).toBe('Evening');
    expect(state.seq).toBe(9);
});
