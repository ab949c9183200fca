// What the connection of a room does at each end of a socket, with a socket and time of the test.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Room, type RoomParts } from '../../src/groups/room.js';
import { NetworkError, ProblemError, SignedOutError, type Group, type Welcome } from '../../src/index.js';
import { FakeSocket } from '../support/fake-socket.js';

const self = { id: 'ann', displayName: 'Ann', joinedAt: 0 };
const welcome: Welcome = {
    type: 'welcome',
    self,
    group: { id: 'g' } as Group,
    participants: [self],
    participantCount: 1,
    state: 'scheduled',
    epoch: 'e',
    seq: 3,
    serverTime: 0,
    resumed: false,
};

let tickets: number;
let room: Room;

async function open(parts: Partial<RoomParts> = {}): Promise<void> {
    tickets = 0;
    room = new Room({
        groupId: 'g',
        WebSocket: FakeSocket,
        getTicketUrl: () => Promise.resolve(`ws://test/${++tickets}`),
        getAccessToken: () => Promise.resolve('new token'),
        ...parts,
    });
    await vi.advanceTimersByTimeAsync(0);
}

async function enter(parts: Partial<RoomParts> = {}): Promise<void> {
    await open(parts);
    FakeSocket.last.receive(welcome);
}

beforeEach(() => {
    vi.useFakeTimers();
    FakeSocket.opened = [];
    FakeSocket.isAvailable = true;
});
afterEach(async () => {
    room.leave();
    await vi.advanceTimersByTimeAsync(0);
    expect(vi.getTimerCount()).toBe(0);
    vi.useRealTimers();
});

it('says hello first, and after a loss what it has seen', async () => {
    await enter();
    expect(FakeSocket.last.sent[0]).toEqual({ type: 'hello' });
    FakeSocket.last.receive({ type: 'reaction', seq: 4, epoch: 'e', from: 'bob', kind: 'bow' });
    FakeSocket.last.lose(1006);
    await vi.advanceTimersByTimeAsync(0);
    expect(room.state.value.connection).toBe('reconnecting');
    await vi.advanceTimersByTimeAsync(500);
    expect(FakeSocket.opened).toHaveLength(2);
    expect(FakeSocket.last.url).toBe('ws://test/2');
    expect(FakeSocket.last.sent[0]).toEqual({ type: 'hello', resume: { epoch: 'e', seq: 4 } });
});

describe('a close code', () => {
    it.each([
        [4404, 'notFound'],
        [4409, 'full'],
        [4410, 'over'],
        [4429, 'displaced'],
        [4403, 'forbidden'],
        [1009, 'failed'],
    ])('%i is final: %s', async (code, reason) => {
        await enter();
        FakeSocket.last.lose(code);
        await vi.advanceTimersByTimeAsync(60_000);
        expect(room.state.value).toMatchObject({ connection: 'closed', closeReason: reason });
        expect(FakeSocket.opened).toHaveLength(1);
    });

    it.each([1006, 1011, 1012, 1013, 4401, 4408])('%i is not', async (code) => {
        await enter();
        FakeSocket.last.lose(code);
        await vi.advanceTimersByTimeAsync(500);
        expect(FakeSocket.opened).toHaveLength(2);
    });
});

describe('a ticket that is refused', () => {
    const problem = (status: number, code: string, retryAfterMs?: number): ProblemError =>
        new ProblemError({ type: '', title: '', detail: '', requestId: '', status, code }, retryAfterMs);

    it.each([
        [problem(404, 'not_found'), 'notFound'],
        [problem(409, 'group_full'), 'full'],
        [problem(409, 'group_ended'), 'over'],
        [new SignedOutError(), 'signedOut'],
    ])('is final: %s', async (error, reason) => {
        await open({ getTicketUrl: () => Promise.reject(error) });
        expect(room.state.value).toMatchObject({ connection: 'closed', closeReason: reason });
    });

    it('is asked for again after a while, as the server says', async () => {
        const getTicketUrl = vi.fn(() => Promise.reject<string>(new NetworkError()));
        await open({ getTicketUrl });
        await vi.advanceTimersByTimeAsync(500);
        expect(getTicketUrl.mock.calls.length).toBeGreaterThan(1);
        expect(room.state.value.connectionError).toBeInstanceOf(NetworkError);
        const busy = problem(503, 'unavailable', 40_000);
        getTicketUrl.mockImplementation(() => Promise.reject(busy));
        await vi.advanceTimersByTimeAsync(16_000);
        expect(room.state.value).toMatchObject({ connection: 'connecting', connectionError: busy });
        getTicketUrl.mockClear();
        await vi.advanceTimersByTimeAsync(80_000);
        expect(getTicketUrl).toHaveBeenCalledTimes(2);
        getTicketUrl.mockImplementation(() => Promise.resolve('ws://test'));
        await vi.advanceTimersByTimeAsync(40_000);
        FakeSocket.last.receive(welcome);
        expect(room.state.value.connectionError).toBeUndefined();
    });
});

it('comes back ever more slowly, at random moments', async () => {
    FakeSocket.isAvailable = false;
    await open();
    await vi.advanceTimersByTimeAsync(10_000);
    const soon = FakeSocket.opened.length;
    expect(soon).toBeGreaterThan(4);
    await vi.advanceTimersByTimeAsync(600_000);
    expect(FakeSocket.opened.length - soon).toBeGreaterThan(50);
    expect(FakeSocket.opened.length - soon).toBeLessThan(130);
    FakeSocket.isAvailable = true;
    while (FakeSocket.last.readyState !== 1) await vi.advanceTimersByTimeAsync(1_000);
    FakeSocket.last.receive(welcome);
    expect(room.state.value.connection).toBe('open');
});

it('comes back after a drain when the server says', async () => {
    await enter();
    FakeSocket.last.receive({ type: 'drain', reconnectInMs: 7_000 });
    FakeSocket.last.lose(1012);
    await vi.advanceTimersByTimeAsync(6_990);
    expect(FakeSocket.opened).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(20);
    expect(FakeSocket.opened).toHaveLength(2);
});

it('gives up a connection on which nothing comes any more', async () => {
    await enter();
    await vi.advanceTimersByTimeAsync(7_900);
    expect(FakeSocket.opened).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(700);
    expect(FakeSocket.opened).toHaveLength(2);
    // Nor does it wait for a welcome for ever.
    await vi.advanceTimersByTimeAsync(11_100);
    expect(FakeSocket.opened).toHaveLength(3);
});

it('keeps a connection on which the server responds', async () => {
    await enter();
    for (let second = 0; second < 120; ++second) {
        for (const message of FakeSocket.last.sent.splice(0))
            if (message.type === 'time') FakeSocket.last.receive({ ...message, t1: message.t0, t2: message.t0 });
        await vi.advanceTimersByTimeAsync(1_000);
    }
    expect(FakeSocket.opened).toHaveLength(1);
    expect(room.clock.errorMs).toBeLessThan(10);
});

it('sends a new access token when it is asked for one', async () => {
    const getAccessToken = vi.fn(() => Promise.resolve('new token'));
    await enter({ getAccessToken });
    FakeSocket.last.receive({ type: 'reauth', expiresIn: 60 });
    await vi.advanceTimersByTimeAsync(0);
    expect(FakeSocket.last.sent).toContainEqual({ type: 'auth', accessToken: 'new token' });
    expect(getAccessToken).toHaveBeenCalledWith(90_000);
});

it('ignores what it cannot understand', async () => {
    await enter();
    const before = room.state.value;
    for (const text of ['', 'null', '[]', '7', '{"type":"sparkle"}', '{"type":"join"}', '{}'])
        FakeSocket.last.receive(text);
    expect(room.state.value).toEqual(before);
});

it('fails a command when the connection is lost', async () => {
    await enter();
    const started = room.start();
    FakeSocket.last.lose(1006);
    await expect(started).rejects.toBeInstanceOf(NetworkError);
});

it('is not disturbed by a listener that fails', async () => {
    await enter();
    room.on('event', () => {
        throw new Error('of the app');
    });
    const others = vi.fn();
    room.on('event', others);
    FakeSocket.last.receive({ type: 'reaction', seq: 4, epoch: 'e', from: 'bob', kind: 'bow' });
    expect(others).toHaveBeenCalledOnce();
    expect(() => vi.advanceTimersByTime(0)).toThrow('of the app');
    expect(room.state.value.seq).toBe(4);
});
