import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Bells, type Bell } from '../../src/groups/bells.js';
import { localNow, ServerClock } from '../../src/groups/server-clock.js';

const kAhead = 3_600_000;
let clock: ServerClock;
let bells: Bells;
let rung: Bell[];

function setClock(aheadMs: number, delayMs: number): void {
    const now = localNow();
    clock.add(now - delayMs, now - delayMs / 2 + aheadMs, now - delayMs / 2 + aheadMs, now);
    bells.clockSet();
}

beforeEach(() => {
    vi.useFakeTimers();
    clock = new ServerClock();
    rung = [];
    bells = new Bells(clock, (bell) => rung.push(bell));
    setClock(kAhead, 2);
});
afterEach(() => void vi.useRealTimers());

it('rings each bell once, by the clock of the server', () => {
    const startsAt = clock.now() + 5_000;
    bells.follow({ startsAt, bells: [0, 30_000, 60_000] });
    expect(bells.upcoming.value.map(({ index }) => index)).toEqual([0, 1, 2]);
    const [first] = bells.upcoming.value;
    expect(first!.performanceTime - performance.now()).toBeCloseTo(5_000, 0);
    vi.advanceTimersByTime(4_990);
    expect(rung).toEqual([]);
    vi.advanceTimersByTime(20);
    expect(rung).toHaveLength(1);
    vi.advanceTimersByTime(100_000);
    expect(rung.map(({ index, of }) => `${index} of ${of}`)).toEqual(['0 of 3', '1 of 3', '2 of 3']);
    expect(bells.upcoming.value).toEqual([]);
});

it('rings no bell again when the connection comes back', () => {
    const startsAt = clock.now() + 1_000;
    bells.follow({ startsAt, bells: [0, 60_000] });
    vi.advanceTimersByTime(1_500);
    bells.follow({ startsAt, bells: [0, 60_000] });
    vi.advanceTimersByTime(1_000);
    expect(rung).toHaveLength(1);
});

it('does not ring what has passed when it joins', () => {
    bells.follow({ startsAt: clock.now() - 40_000, bells: [0, 30_000, 60_000] }, true);
    vi.advanceTimersByTime(0);
    expect(rung).toEqual([]);
    vi.advanceTimersByTime(20_001);
    expect(rung.map(({ index }) => index)).toEqual([2]);
});

it('does not ring the first bell again for who joins a second after it', () => {
    bells.follow({ startsAt: clock.now() - 1_000, bells: [0, 30_000] }, true);
    vi.advanceTimersByTime(1);
    expect(rung).toEqual([]);
});

it('rings the first bell although the news of the start took a second', () => {
    bells.follow({ startsAt: clock.now() - 1_000, bells: [0, 30_000] });
    vi.advanceTimersByTime(1);
    expect(rung.map(({ index }) => index)).toEqual([0]);
});

it('does not ring after the device has slept over it', () => {
    bells.follow({ startsAt: clock.now() + 1_000, bells: [0, 3_600_000] });
    const slept = clock.now() + 60_000;
    vi.spyOn(clock, 'now').mockReturnValue(slept);
    vi.advanceTimersByTime(1_001);
    expect(rung).toEqual([]);
    expect(bells.upcoming.value.map(({ index }) => index)).toEqual([1]);
});

it('corrects itself when the clock is known better, but not for what none hears', () => {
    const changes = vi.fn();
    bells.follow({ startsAt: clock.now() + 10_000, bells: [0] });
    bells.upcoming.subscribe(changes);
    changes.mockClear();
    setClock(kAhead + 3, 1);
    expect(changes).not.toHaveBeenCalled();
    setClock(kAhead + 500, 0);
    expect(changes).toHaveBeenCalledOnce();
    vi.advanceTimersByTime(9_400);
    expect(rung).toEqual([]);
    vi.advanceTimersByTime(150);
    expect(rung).toHaveLength(1);
});

it('forgets the rest when the group ends early', () => {
    const startsAt = clock.now();
    bells.follow({ startsAt, bells: [0, 30_000] });
    vi.advanceTimersByTime(10);
    bells.follow({ startsAt, bells: [] });
    vi.advanceTimersByTime(60_000);
    expect(rung).toHaveLength(1);
    expect(vi.getTimerCount()).toBe(0);
});
