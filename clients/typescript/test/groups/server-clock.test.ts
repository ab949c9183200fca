import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { localNow, ServerClock } from '../../src/groups/server-clock.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A probe of a server whose clock is ahead, with these delays there and back. */
function probe(clock: ServerClock, aheadMs: number, thereMs: number, backMs: number): void {
    const t0 = localNow();
    vi.advanceTimersByTime(thereMs);
    const t1 = localNow() + aheadMs;
    vi.advanceTimersByTime(backMs);
    clock.add(t0, t1, t1, localNow());
}

it('knows nothing before the first probe', () => {
    const clock = new ServerClock();
    expect(clock.offsetMs).toBe(0);
    expect(clock.errorMs).toBe(Infinity);
});

it('believes the probe with the lowest delay', () => {
    const clock = new ServerClock();
    probe(clock, 3_600_000, 200, 20);
    expect(clock.offsetMs).toBeCloseTo(3_600_090);
    probe(clock, 3_600_000, 10, 12);
    expect(clock.offsetMs).toBeCloseTo(3_599_999);
    expect(clock.errorMs).toBeCloseTo(11);
    probe(clock, 3_600_000, 20, 500);
    expect(clock.offsetMs).toBeCloseTo(3_599_999);
    expect(clock.now() - localNow()).toBeCloseTo(3_599_999);
    expect(clock.toLocal(clock.now())).toBeCloseTo(localNow());
});

it('is never further off than it says', () => {
    const clock = new ServerClock();
    for (let i = 0; i < 200; ++i) {
        probe(clock, -5_000, Math.random() * 300, Math.random() * 300);
        vi.advanceTimersByTime(15_000);
        expect(Math.abs(clock.offsetMs + 5_000)).toBeLessThanOrEqual(clock.errorMs);
    }
});

it('follows a clock that drifts', () => {
    const clock = new ServerClock();
    let ahead = 0;
    for (let minute = 0; minute < 60; ++minute) {
        probe(clock, ahead, minute === 0 ? 1 : 20, minute === 0 ? 1 : 20);
        ahead += 3; // 50 ppm
        vi.advanceTimersByTime(60_000);
    }
    expect(Math.abs(clock.offsetMs - ahead)).toBeLessThan(30);
});

it('forgets the time before a sleep of the device', () => {
    const clock = new ServerClock();
    probe(clock, 1_000, 1, 1);
    clock.reset();
    probe(clock, 61_000, 100, 100);
    expect(clock.offsetMs).toBeCloseTo(61_000);
});

it('ignores a response to a probe of another life', () => {
    const clock = new ServerClock();
    clock.add(localNow() + 1_000, 0, 0, localNow());
    clock.add(NaN, 0, 0, localNow());
    expect(clock.errorMs).toBe(Infinity);
});
