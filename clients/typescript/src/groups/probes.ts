import type { ClientMessage, ServerMessage } from '../types.js';
import { localNow, type ServerClock } from './server-clock.js';

export interface ProbesParts {
    clock: ServerClock;
    send: (message: ClientMessage) => boolean;
    /** The clock may have been set. */
    onSet: () => void;
    /** The server does not respond any more. */
    onSilence: () => void;
    /** The device is online or visible again. */
    onWake: () => void;
}

type TimeMessage = Extract<ServerMessage, { type: 'time' }>;

const kFirstBurst = 8;
/** The first probe wakes up a radio that sleeps, the second one measures. */
const kPair = 2;
const kIntervalMs = 15_000;
const kSilenceMs = 8_000;
/** A connection that a sleep of the device has broken is to be replaced soon. */
const kSilenceAfterWakeMs = 3_000;
/** More than clocks drift between two probes: the device has slept, or its clock was set. */
const kJumpMs = 250;

/** Asks the server for its time: sets the clock, and shows whether the connection is alive. */
export class Probes {
    readonly #parts: ProbesParts;
    #helloSentAt = 0;
    #left = 0;
    #interval: ReturnType<typeof setInterval> | undefined;
    #silence: ReturnType<typeof setTimeout> | undefined;
    #wallOffset = Date.now() - localNow();
    readonly #wake = (): void => {
        if (typeof document !== 'undefined' && document.visibilityState === 'hidden') return;
        this.#parts.onWake();
        this.#probe(kPair, kSilenceAfterWakeMs);
    };

    constructor(parts: ProbesParts) {
        this.#parts = parts;
        if (typeof document === 'undefined') return;
        addEventListener('online', this.#wake);
        document.addEventListener('visibilitychange', this.#wake);
    }

    helloSent(): void {
        this.#helloSentAt = localNow();
    }

    /** After the welcome, which has the server's time. */
    start(serverTime: number): void {
        if (this.#hasJumped()) this.#parts.clock.reset();
        this.#parts.clock.add(this.#helloSentAt, serverTime, serverTime, localNow());
        this.#parts.onSet();
        this.#probe(kFirstBurst);
        this.#interval = setInterval(() => this.#probe(kPair), kIntervalMs);
    }

    /** Any message shows that the connection is alive. */
    received(): void {
        clearTimeout(this.#silence);
        this.#silence = undefined;
    }

    onTime({ t0, t1, t2 }: TimeMessage): void {
        this.#parts.clock.add(t0, t1, t2, localNow());
        this.#parts.onSet();
        if (--this.#left > 0) this.#send();
    }

    /** Until the next welcome. */
    stop(): void {
        clearInterval(this.#interval);
        clearTimeout(this.#silence);
        this.#interval = this.#silence = undefined;
    }

    close(): void {
        this.stop();
        if (typeof document === 'undefined') return;
        removeEventListener('online', this.#wake);
        document.removeEventListener('visibilitychange', this.#wake);
    }

    #probe(count: number, silenceMs = kSilenceMs): void {
        if (this.#hasJumped()) this.#parts.clock.reset();
        this.#left = count;
        this.#send(silenceMs);
    }

    #send(silenceMs = kSilenceMs): void {
        if (!this.#parts.send({ type: 'time', t0: localNow() })) return;
        this.#silence ??= setTimeout(this.#parts.onSilence, silenceMs);
    }

    #hasJumped(): boolean {
        const wallOffset = Date.now() - localNow();
        const jump = Math.abs(wallOffset - this.#wallOffset);
        this.#wallOffset = wallOffset;
        return jump > kJumpMs;
    }
}
