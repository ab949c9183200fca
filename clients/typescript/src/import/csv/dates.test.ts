import { describe, expect, it } from 'vitest';

import { parseDate, parseTime, type DateOrder } from './dates.js';

function read(text: string, order: DateOrder): string | undefined {
    const date = parseDate(text, order);
    if (!date) return undefined;
    const { year, month, day, hour, minute, second, millisecond } = date.local;
    const two = (number: number): string => String(number).padStart(2, '0');
    const time = date.hasTime ? `T${two(hour)}:${two(minute)}:${two(second)}` : '';
    return `${year}-${two(month)}-${two(day)}${time}${millisecond ? `.${millisecond}` : ''}${
        date.offset === undefined ? '' : ` ${date.offset}`
    }`;
}

describe('parseDate', () => {
    it.each<[string, DateOrder, string]>([
        ['2026-11-23T06:05:04.250Z', 'ymd', '2026-11-23T06:05:04.250 0'],
        ['2026-11-23 06:05', 'ymd', '2026-11-23T06:05:00'],
        ['2026/1/3', 'ymd', '2026-01-03'],
        ['2026-11-23T06:05:04+05:30', 'ymd', '2026-11-23T06:05:04 19800'],
        ['2026-11-23 06:05:04 -0330', 'ymd', '2026-11-23T06:05:04 -12600'],
        ['23.11.2026 06:05', 'dmy', '2026-11-23T06:05:00'],
        ['3/1/26, 7.05', 'dmy', '2026-01-03T07:05:00'],
        ['01/23/2020 07:11:30', 'mdy', '2020-01-23T07:11:30'],
        ['1/3/2026 12:05 AM', 'mdy', '2026-01-03T00:05:00'],
        ['1/3/2026, 12:05:30 p.m.', 'mdy', '2026-01-03T12:05:30'],
        ['Jan 5, 2023, 7:30 PM', 'dmy', '2023-01-05T19:30:00'],
        ['Thu, 05 Jan 2023 07:30:00 +0100', 'mdy', '2023-01-05T07:30:00 3600'],
        ['5 января 2023 г. в 7:30', 'dmy', '2023-01-05T07:30:00'],
        ['November 23, 2026 at 6:05 AM', 'ymd', '2026-11-23T06:05:00'],
        ['1700719504', 'seconds', '2023-11-23T06:05:04 0'],
        ['1700719504250', 'milliseconds', '2023-11-23T06:05:04.250 0'],
    ])('reads %s as %s', (text, order, expected) => expect(read(text, order)).toBe(expected));

    it.each<[string, DateOrder]>([
        ['', 'ymd'],
        ['tomorrow', 'ymd'],
        ['2026-13-01', 'ymd'],
        ['2026-02-30', 'ymd'],
        ['23/11/2026', 'mdy'],
        ['2026-11-23 25:00', 'ymd'],
        ['2026-11-23 13:00 PM', 'ymd'],
        ['20', 'seconds'],
        ['12:30', 'dmy'],
    ])('does not take %s for a date (%s)', (text, order) => expect(read(text, order)).toBeUndefined());
});

describe('parseTime', () => {
    it('reads times of day', () => {
        expect(parseTime('7:30 PM')).toMatchObject({ hour: 19, minute: 30 });
        expect(parseTime('07:30:15')).toMatchObject({ hour: 7, second: 15 });
        expect(parseTime('24:00')).toBeUndefined();
    });
});
