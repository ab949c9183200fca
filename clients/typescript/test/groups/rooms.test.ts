import { describe, expect, it, onTestFinished } from 'vitest';
import { localNow, newId, type Bell, type Client, type Room, type RoomEvent } from '../../src/index.js';
import { eventually } from '../support/eventually.js';
import { kPassword, newClient, newPerson, newProxy, sharedProgram } from '../support/people.js';
import { Program } from '../support/program.js';

const kGroup = { title: 'Morning', kind: 'mindfulness', plannedSeconds: 60 } as const;

async function enter(client: Client, groupId: string): Promise<Room> {
    const room = client.groups.join(groupId);
    onTestFinished(() => room.leave());
    await eventually(room.state, ({ connection }) => connection === 'open');
    return room;
}

/** A host and a guest in a new group. */
async function newRoom(guestUrl: string = sharedProgram().url): Promise<{ host: Room; guest: Room; groupId: string }> {
    const [{ client: hosting }, { client: visiting }] = await Promise.all([
        newPerson(),
        newPerson({ baseUrl: guestUrl }),
    ]);
    const { id: groupId } = await hosting.groups.create(kGroup);
    const host = await enter(hosting, groupId);
    const guest = await enter(visiting, groupId);
    await eventually(host.state, ({ participantCount }) => participantCount === 2);
    return { host, guest, groupId };
}

/** The references of reactions, as a room receives them. */
function reactionsOf(room: Room): string[] {
    const refs: string[] = [];
    room.on('event', (event: RoomEvent) => {
        if (event.type === 'reaction') refs.push(event.ref!);
    });
    return refs;
}

function nextEvent(room: Room, type: RoomEvent['type']): Promise<RoomEvent> {
    return new Promise((resolve) => {
        room.on('event', (event) => {
            if (event.type === type) resolve(event);
        });
    });
}

describe('a room', () => {
    it('rings its bells everywhere at once, however far away and however wrong a clock is', async () => {
        const proxy = await newProxy();
        proxy.delay(30);
        const { host, guest, groupId } = await newRoom(proxy.url);
        const rings = [host, guest].map(
            (room) => new Promise<[Bell, number]>((resolve) => room.on('bell', (bell) => resolve([bell, localNow()]))),
        );
        await host.start({ countdownSeconds: 1 });
        expect(host.state.value.phase).toBe('running');
        const [[bell, first], [, second]] = (await Promise.all(rings)) as [[Bell, number], [Bell, number]];
        expect(bell).toMatchObject({ index: 0, of: 3, serverTime: host.state.value.startsAt });
        expect(Math.abs(first - second)).toBeLessThan(host.clock.errorMs + guest.clock.errorMs + 20);
        expect(guest.clock.errorMs).toBeGreaterThanOrEqual(30);
        expect(guest.bells.value.map(({ index }) => index)).toEqual([1, 2]);

        const { client } = await newPerson();
        const late = await enter(client, groupId);
        // Fast enough, they hear the first one, too.
        expect(late.bells.value.slice(-2).map(({ serverTime }) => serverTime)).toEqual(
            guest.bells.value.map(({ serverTime }) => serverTime),
        );
        await host.end();
        await eventually(late.state, ({ phase }) => phase === 'ended');
        expect(late.bells.value).toEqual([]);
    });

    it('misses nothing when a connection breaks, and no one notices', async () => {
        const proxy = await newProxy();
        const { host, guest } = await newRoom(proxy.url);
        const seen = reactionsOf(guest);
        const counts: number[] = [];
        host.state.subscribe(({ participantCount }) => counts.push(participantCount));
        host.react('heart', 'before');
        await nextEvent(guest, 'reaction');

        proxy.down();
        await eventually(guest.state, ({ connection }) => connection === 'reconnecting');
        host.react('bow', 'meanwhile');
        host.react('smile', 'then');
        await nextEvent(host, 'reaction');
        expect(guest.react('heart')).toBe(false);
        proxy.up();
        await eventually(guest.state, ({ connection }) => connection === 'open');
        host.react('heart', 'after');
        await expect.poll(() => seen).toEqual(['before', 'meanwhile', 'then', 'after']);
        expect(new Set(counts)).toEqual(new Set([2]));
    });

    it('moves to another node when its own one stops', async () => {
        const node = await Program.beside(sharedProgram(), 'http.drain_seconds=1');
        const proxy = await newProxy(node.url);
        const { host, guest } = await newRoom(proxy.url);
        const seen = reactionsOf(guest);
        const left = nextEvent(host, 'leave').then(() => 'left');
        const stopped = node.stop();
        await eventually(guest.state, ({ connection }) => connection === 'reconnecting');
        proxy.target = sharedProgram().url;
        host.react('heart', 'hello');
        await eventually(guest.state, ({ connection }) => connection === 'open');
        await expect.poll(() => seen).toEqual(['hello']);
        await stopped;
        expect(await Promise.race([left, Promise.resolve('there')])).toBe('there');
    });

    it('outlives the access token that it was opened with', async () => {
        const node = await Program.beside(sharedProgram(), 'auth.access_token_ttl_seconds=10');
        onTestFinished(() => node.stop());
        const { client } = await newPerson({ baseUrl: node.url });
        const room = await enter(client, (await client.groups.create(kGroup)).id);
        const losses: string[] = [];
        room.state.subscribe(({ connection }) => losses.push(connection));
        const openedAt = performance.now();
        await expect.poll(() => performance.now() - openedAt, { timeout: 15_000 }).toBeGreaterThan(11_000);
        expect(room.react('heart', 'still here')).toBe(true);
        await nextEvent(room, 'reaction');
        expect(new Set(losses)).toEqual(new Set(['open']));
    });

    it('tells what the server refuses', async () => {
        const { host, guest } = await newRoom();
        await expect(guest.start()).rejects.toMatchObject({ name: 'RoomError', code: 'forbidden' });
        await expect(host.end()).rejects.toMatchObject({ code: 'not_running' });
        await host.start();
        await expect(host.start()).rejects.toMatchObject({ code: 'already_started' });
    });
});

describe('a room closes', () => {
    const closed = async (room: Room): Promise<unknown> =>
        (await eventually(room.state, ({ connection }) => connection === 'closed')).closeReason;

    it('when the participant leaves, which others see at once', async () => {
        const { host, guest } = await newRoom();
        const left = nextEvent(host, 'leave');
        guest.leave();
        expect(await closed(guest)).toBe('left');
        expect(await left).toMatchObject({ reason: 'left' });
        await expect(guest.start()).rejects.toThrow('not connected');
    });

    it('when the login session ends', async () => {
        const { client, email } = await newPerson();
        const { id } = await client.groups.create(kGroup);
        const room = await enter(client, id);
        const other = newClient();
        await other.auth.login({ email, password: kPassword });
        await other.auth.logoutEverywhere();
        expect(await closed(room)).toBe('signedOut');
        expect(client.auth.state.value.status).toBe('signedOut');
    });

    it('when there is no such group, or no more', async () => {
        const { client } = await newPerson();
        expect(await closed(client.groups.join(newId()))).toBe('notFound');
        const { id } = await client.groups.create(kGroup);
        await client.groups.cancel(id);
        expect(await closed(client.groups.join(id))).toBe('over');
    });

    it('when the group is full', async () => {
        const people = await Promise.all([newPerson(), newPerson(), newPerson()]);
        const { id } = await people[0].client.groups.create({ ...kGroup, maxParticipants: 2 });
        await enter(people[0].client, id);
        await enter(people[1].client, id);
        expect(await closed(people[2].client.groups.join(id))).toBe('full');
    });
});
