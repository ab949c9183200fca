import { Variable, type Observable } from '../observable.js';
import { localNow, toPerformanceTime, type ServerClock } from './server-clock.js';

/** A moment of a group's timetable that clients ring on their own, all at once. */
export interface Bell {
    /** Among all bells of the meditation, which are `of`. */
    index: number;
    of: number;
    /** By the server's clock. */
    serverTime: number;
    /** The same as `performance.now()` has it, to schedule sound ahead. */
    performanceTime: number;
}

export interface Timetable {
    startsAt?: number;
    bells: readonly number[];
}

/** Later than this a bell is not rung at all, such as after the device has slept. */
const kMostLateMs = 2_000;
/** And by those who enter after it, than this. */
const kMostLateAtEntryMs = 250;
/** A schedule that was wrong by less stays: sound that was scheduled ahead need not be again. */
const kUnheardMs = 4;

/** Rings the bells of a timetable, each once, by the server's clock. */
export class Bells {
    readonly #upcoming = new Variable<readonly Bell[]>([]);
    #timetable: Timetable = { bells: [] };
    #next = 0;
    #offsetMs = 0;
    #timer: ReturnType<typeof setTimeout> | undefined;

    constructor(
        private readonly clock: ServerClock,
        private readonly ring: (bell: Bell) => void,
    ) {}

    /** Those to come; changes with the timetable and when the clock is known better. */
    get upcoming(): Observable<readonly Bell[]> {
        return this.#upcoming;
    }

    /** `enters`: the timetable was not heard of when it began, but on entering the room. */
    follow(timetable: Timetable, enters = false): void {
        const isAnother = timetable.startsAt !== this.#timetable.startsAt;
        if (!isAnother && timetable.bells === this.#timetable.bells) return;
        if (isAnother) this.#next = 0;
        this.#timetable = timetable;
        this.#schedule(isAnother && enters ? kMostLateAtEntryMs : kMostLateMs);
    }

    /** The clock may have been set. */
    clockSet(): void {
        if (Math.abs(this.clock.offsetMs - this.#offsetMs) > kUnheardMs) this.#schedule();
    }

    stop(): void {
        this.follow({ bells: [] });
    }

    #schedule(mostLateMs = kMostLateMs): void {
        clearTimeout(this.#timer);
        this.#offsetMs = this.clock.offsetMs;
        const { startsAt, bells } = this.#timetable;
        const all = startsAt === undefined ? [] : bells.map((offset, index) => this.#bell(startsAt + offset, index));
        const earliest = this.clock.now() - mostLateMs;
        while (this.#next < all.length && all[this.#next]!.serverTime < earliest) ++this.#next;
        const upcoming = all.slice(this.#next);
        this.#upcoming.set(upcoming);
        const [bell] = upcoming;
        if (bell) this.#timer = setTimeout(() => this.#due(bell), this.clock.toLocal(bell.serverTime) - localNow());
    }

    #due(bell: Bell): void {
        // Timers may fire a little early.
        if (this.clock.now() >= bell.serverTime - 1) {
            this.#next = bell.index + 1;
            if (this.clock.now() <= bell.serverTime + kMostLateMs) this.ring(bell);
        }
        this.#schedule();
    }

    #bell(serverTime: number, index: number): Bell {
        const performanceTime = toPerformanceTime(this.clock.toLocal(serverTime));
        return { index, of: this.#timetable.bells.length, serverTime, performanceTime };
    }
}
