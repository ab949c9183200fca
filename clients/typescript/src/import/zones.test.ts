import { describe, expect, it } from 'vitest';

import { instantIn, isTimeZone, zoneWithOffset } from './zones.js';

function at(zone: string, text: string): string {
    const [year = 0, month = 0, day = 0, hour = 0, minute = 0] = text.split(/\D/).map(Number);
    const instant = instantIn(zone, { year, month, day, hour, minute, second: 0, millisecond: 0 });
    return Number.isNaN(instant) ? 'none' : new Date(instant).toISOString();
}

describe('instantIn', () => {
    it.each([
        ['Europe/Berlin', '2026-07-01 06:00', '2026-07-01T04:00:00.000Z'],
        ['Europe/Berlin', '2026-01-01 00:30', '2025-12-31T23:30:00.000Z'],
        ['Europe/Berlin', '2026-03-29 02:30', '2026-03-29T01:30:00.000Z'], // the clock went from 2 to 3
        ['Europe/Berlin', '2026-10-25 02:30', '2026-10-25T00:30:00.000Z'], // the first of two
        ['Asia/Kathmandu', '2026-01-01 12:00', '2026-01-01T06:15:00.000Z'],
        ['America/New_York', '2026-11-01 01:30', '2026-11-01T05:30:00.000Z'],
        ['Pacific/Kiritimati', '2026-01-01 06:00', '2025-12-31T16:00:00.000Z'],
        ['UTC', '2026-02-30 06:00', 'none'],
    ])('finds %s %s', (zone, text, expected) => expect(at(zone, text)).toBe(expected));
});

describe('zoneWithOffset', () => {
    const winter = Date.UTC(2026, 0, 15);
    it.each([
        [3600, 'Europe/Berlin'],
        [7200, 'Etc/GMT-2'],
        [-18000, 'Etc/GMT+5'],
        [0, 'Etc/UTC'],
        [19800, 'Asia/Kolkata'],
        [-12600, 'America/St_Johns'],
        [123, undefined],
    ])('has a zone %i seconds from UTC', (offset, zone) =>
        expect(zoneWithOffset(offset, winter, 'Europe/Berlin')).toBe(zone),
    );
});

it('knows names of zones, and takes no offset for one', () => {
    expect(isTimeZone('Europe/Berlin')).toBe(true);
    expect(isTimeZone('Europe/Atlantis')).toBe(false);
    expect(isTimeZone('+01:00')).toBe(false);
});
