import { describe, expect, it } from 'vitest';

import { parseDuration, type ClockParts, type DurationUnit } from './durations.js';

describe('parseDuration', () => {
    it.each<[string, DurationUnit, ClockParts, number]>([
        ['600', 'seconds', 'minutesSeconds', 600],
        ['12,5', 'minutes', 'minutesSeconds', 750],
        ['1 200', 'seconds', 'minutesSeconds', 1200],
        ['0.5', 'hours', 'minutesSeconds', 1800],
        ['600000', 'milliseconds', 'minutesSeconds', 600],
        ['0:20:00', 'seconds', 'minutesSeconds', 1200],
        ['1:05:30', 'seconds', 'hoursMinutes', 3930],
        ['20:30', 'seconds', 'minutesSeconds', 1230],
        ['1:20', 'seconds', 'hoursMinutes', 4800],
        ['20 min', 'seconds', 'minutesSeconds', 1200],
        ['1h 20m 5s', 'seconds', 'minutesSeconds', 4805],
        ['1 hour and 5 minutes', 'seconds', 'minutesSeconds', 3900],
        ['1 час 5 минут', 'seconds', 'minutesSeconds', 3900],
        ['10 сек', 'minutes', 'minutesSeconds', 10],
        ['PT1H20M', 'seconds', 'minutesSeconds', 4800],
        ['pt90s', 'seconds', 'minutesSeconds', 90],
    ])('reads %s (%s, %s)', (text, unit, clock, seconds) => expect(parseDuration(text, unit, clock)).toBe(seconds));

    it.each(['', 'long', '20 apples', '1:75', '1:20:75', 'P', '20 min of rain', '2026-11-23'])(
        'does not take "%s" for a duration',
        (text) => expect(parseDuration(text, 'minutes', 'minutesSeconds')).toBeNaN(),
    );
});
