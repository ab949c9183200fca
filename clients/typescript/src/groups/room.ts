import { MindspaceError, NetworkError } from '../errors.js';
import { notify, Variable, type Observable } from '../observable.js';
import type { ClientMessage, ReactionKind, RoomEvent, ServerMessage, Welcome } from '../types.js';
import { Bells, type Bell } from './bells.js';
import { Link, type SocketConstructor } from './link.js';
import { Probes } from './probes.js';
import { initialRoomState, isNew, onEvent, onWelcome, type CloseReason, type RoomState } from './room-state.js';
import { ServerClock } from './server-clock.js';

/** The server refused a message of this client, such as with `forbidden` or `already_started`. */
export class RoomError extends MindspaceError {
    override name = 'RoomError';

    constructor(
        readonly code: string,
        message: string,
    ) {
        super(message);
    }
}

export interface RoomListeners {
    /** Each event of the room, in order and once; the state has it already. */
    event: (event: RoomEvent) => void;
    /** A bell is to ring now. */
    bell: (bell: Bell) => void;
    /** The server refused a message. */
    error: (error: RoomError) => void;
}

export interface RoomParts {
    groupId: string;
    WebSocket: SocketConstructor;
    getTicketUrl: (signal: AbortSignal) => Promise<string>;
    getAccessToken: (validForMs: number) => Promise<string>;
}

interface Command {
    event: RoomEvent['type'];
    resolve: () => void;
    reject: (error: MindspaceError) => void;
    timer: ReturnType<typeof setTimeout>;
}

const kCommandTimeoutMs = 10_000;
const kReauthMarginMs = 30_000;

/**
 * A group's room, as one participant sees it: who is there, when it starts and ends, bells that ring everywhere at once. The
 * connection comes back by itself and misses nothing that the server still has.
 */
export class Room {
    readonly clock = new ServerClock();
    readonly #state = new Variable<RoomState>(initialRoomState);
    readonly #listeners: { [K in keyof RoomListeners]: Set<RoomListeners[K]> } = {
        event: new Set(),
        bell: new Set(),
        error: new Set(),
    };
    readonly #parts: RoomParts;
    readonly #link: Link;
    readonly #bells: Bells;
    readonly #probes: Probes;
    #commands: Command[] = [];

    constructor(parts: RoomParts) {
        this.#parts = parts;
        this.#bells = new Bells(this.clock, (bell) => this.#emit('bell', bell));
        this.#link = new Link({
            getUrl: parts.getTicketUrl,
            WebSocket: parts.WebSocket,
            hello: () => this.#hello(),
            onMessage: (message) => this.#onMessage(message),
            onLost: (error) => this.#onLost(error),
            onEnd: (reason) => this.#onEnd(reason),
        });
        this.#probes = new Probes({
            clock: this.clock,
            send: (message) => this.#link.send(message),
            onSet: () => this.#bells.clockSet(),
            onSilence: () => this.#link.lose(),
            onWake: () => this.#link.wakeUp(),
        });
        void this.#link.run();
    }

    get groupId(): string {
        return this.#parts.groupId;
    }

    get state(): Observable<RoomState> {
        return this.#state;
    }

    /** The bells to come, to schedule sound ahead; `bell` events ring by a timer, which a page in the background delays. */
    get bells(): Observable<readonly Bell[]> {
        return this.#bells.upcoming;
    }

    /** Returns a function that ends it. */
    on<K extends keyof RoomListeners>(what: K, listener: RoomListeners[K]): () => void {
        this.#listeners[what].add(listener);
        return () => this.#listeners[what].delete(listener);
    }

    /** For the host: starts the meditation. RoomError if the server refuses. */
    start(options: { countdownSeconds?: number } = {}): Promise<void> {
        return this.#command({ type: 'start', ...options }, 'start');
    }

    /** For the host: ends the meditation; during the countdown, cancels the group. */
    end(): Promise<void> {
        return this.#command({ type: 'end' }, 'end');
    }

    /** Everyone gets it, with `ref`. False if there is no connection now. */
    react(kind: ReactionKind, ref?: string): boolean {
        return this.#link.send({ type: 'reaction', kind, ...(ref !== undefined && { ref }) });
    }

    /** Says goodbye. Without it, others see the participant leave ten seconds later. */
    leave(): void {
        this.#link.send({ type: 'leave' });
        this.#link.end('left');
    }

    #hello(): ClientMessage {
        const { epoch, seq } = this.#state.value;
        this.#probes.helloSent();
        return { type: 'hello', ...(epoch !== undefined && { resume: { epoch, seq } }) };
    }

    #command(message: ClientMessage, event: RoomEvent['type']): Promise<void> {
        return new Promise((resolve, reject) => {
            if (!this.#link.send(message)) return reject(new NetworkError('The room is not connected'));
            const timer = setTimeout(() => command.reject(new NetworkError('No response')), kCommandTimeoutMs);
            const settle = (): void => {
                clearTimeout(timer);
                this.#commands = this.#commands.filter((other) => other !== command);
            };
            const command: Command = {
                event,
                timer,
                resolve: () => {
                    settle();
                    resolve();
                },
                reject: (error) => {
                    settle();
                    reject(error);
                },
            };
            this.#commands.push(command);
        });
    }

    #onMessage(message: ServerMessage): void {
        this.#probes.received();
        switch (message.type) {
            case 'welcome':
                return this.#onWelcome(message);
            case 'time':
                return this.#probes.onTime(message);
            case 'reauth':
                return void this.#reauthenticate(message.expiresIn * 1000);
            case 'drain':
                return this.#link.pauseFor(message.reconnectInMs);
            case 'error':
                return this.#onError(new RoomError(message.code, message.message));
            default:
                return this.#onEvent(message);
        }
    }

    #onWelcome(welcome: Welcome): void {
        this.#link.established();
        this.#set(onWelcome(this.#state.value, welcome), true);
        this.#probes.start(welcome.serverTime);
    }

    #onEvent(event: RoomEvent): void {
        // An unknown message of a newer server has no number, or none that is missing.
        if (typeof event.seq !== 'number' || !isNew(this.#state.value, event)) return;
        this.#set(onEvent(this.#state.value, event));
        this.#emit('event', event);
        for (const command of this.#commands) if (command.event === event.type) command.resolve();
    }

    #onError(error: RoomError): void {
        // Messages of one socket are handled in order.
        this.#commands[0]?.reject(error);
        this.#emit('error', error);
    }

    async #reauthenticate(expiresInMs: number): Promise<void> {
        try {
            const accessToken = await this.#parts.getAccessToken(expiresInMs + kReauthMarginMs);
            this.#link.send({ type: 'auth', accessToken });
        } catch {
            // The socket closes with 4401, and the next ticket shows whether the login has ended.
        }
    }

    #onLost(error: unknown): void {
        this.#probes.stop();
        this.#failCommands();
        this.#set({
            ...this.#state.value,
            connection: this.#state.value.epoch === undefined ? 'connecting' : 'reconnecting',
            connectionError: error,
        });
    }

    #onEnd(reason: CloseReason): void {
        this.#probes.close();
        this.#bells.stop();
        this.#failCommands();
        this.#set({ ...this.#state.value, connection: 'closed', closeReason: reason });
    }

    #failCommands(): void {
        for (const command of this.#commands) command.reject(new NetworkError('The connection was lost'));
    }

    #set(state: RoomState, enters = false): void {
        if (state.connection !== 'closed') this.#bells.follow(state, enters);
        this.#state.set(state);
    }

    #emit<K extends keyof RoomListeners>(what: K, value: Parameters<RoomListeners[K]>[0]): void {
        notify(this.#listeners[what] as Set<(value: unknown) => void>, value);
    }
}
