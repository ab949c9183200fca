/** Milliseconds since 1970 by a clock that never jumps, however wrong the clock of the device is set. */
export function localNow(): number {
    return kOrigin + performance.now();
}

/** The same moment as `performance.now()` and timestamps of audio have it. */
export function toPerformanceTime(local: number): number {
    return local - kOrigin;
}

const kOrigin = Date.now() - performance.now();
const kMostSamples = 16;
/** Clocks of devices drift apart; 100 ppm is much. */
const kDrift = 1e-4;

interface Sample {
    offsetMs: number;
    delayMs: number;
    at: number;
}

/**
 * The server's clock by probes, as in NTP: of the samples the one with the smallest error counts, which is half its delay and
 * grows with its age.
 */
export class ServerClock {
    #samples: Sample[] = [];

    /** t0: sent, t1: arrived there, t2: the response sent there, t3: arrived. */
    add(t0: number, t1: number, t2: number, t3: number): void {
        const delayMs = t3 - t0 - (t2 - t1);
        if (!(delayMs >= 0)) return; // not a response to our probe
        this.#samples.push({ offsetMs: (t1 - t0 + (t2 - t3)) / 2, delayMs, at: t3 });
        if (this.#samples.length > kMostSamples) this.#samples.shift();
    }

    /** Forgets all, such as after the device has slept and its clocks have moved against each other. */
    reset(): void {
        this.#samples = [];
    }

    /** How far the server's clock is ahead of `localNow()`. */
    get offsetMs(): number {
        return this.#best()?.offsetMs ?? 0;
    }

    /** The offset is wrong by this much at most, as long as no sample is: infinite. */
    get errorMs(): number {
        const best = this.#best();
        return best ? errorOf(best, localNow()) : Infinity;
    }

    now(): number {
        return localNow() + this.offsetMs;
    }

    toLocal(serverTime: number): number {
        return serverTime - this.offsetMs;
    }

    #best(): Sample | undefined {
        const now = localNow();
        return this.#samples.reduce<Sample | undefined>(
            (best, sample) => (best && errorOf(best, now) <= errorOf(sample, now) ? best : sample),
            undefined,
        );
    }
}

function errorOf(sample: Sample, now: number): number {
    return sample.delayMs / 2 + (now - sample.at) * kDrift;
}
