// Dates and times of day as people and programs write them.

import { utcInstant, type LocalTime } from '../zones.js';

/** In which order a date has its parts, or what a number counts. */
export type DateOrder = 'ymd' | 'dmy' | 'mdy' | 'seconds' | 'milliseconds';

export interface ParsedDate {
    local: LocalTime;
    /** Whether it has a time of day. */
    hasTime: boolean;
    /** From UTC in seconds, if it is written. */
    offset?: number;
}

const kTime = String.raw`(\d{1,2})[:.](\d{2})(?:[:.](\d{2})(?:[.,](\d{1,9}))?)?\s*([ap]\.?\s?m\.?)?`;
const kOffset = String.raw`(z|utc|gmt)?\s*([+-]\d{2}:?\d{2}|[+-]\d{2})?`;
const kDate = new RegExp(
    String.raw`^(?:\p{L}+\.?,\s*)?([\p{L}\d]+)\.?\s*[-/.\s]\s*([\p{L}\d]+)\.?,?\s*[-/.\s]\s*(\d{1,4})(?:\s*г\.?)?` +
        String.raw`(?:(?:,?\s+(?:at\s+|в\s+)?|t)${kTime}\s*${kOffset})?$`,
    'iu',
);
const kTimeAlone = new RegExp(`^${kTime}$`, 'i');

function monthNames(): Map<string, number> {
    const names = new Map<string, number>();
    for (const locale of ['en', 'ru', 'de', 'fr', 'es'])
        for (const style of ['long', 'short'] as const) {
            // With a day, since some languages decline the month then.
            const format = new Intl.DateTimeFormat(locale, { timeZone: 'UTC', day: 'numeric', month: style });
            for (let month = 1; month <= 12; ++month)
                for (const { type, value } of format.formatToParts(Date.UTC(2024, month - 1, 15)))
                    if (type === 'month') names.set(value.toLowerCase().replace('.', ''), month);
        }
    return names.set('sept', 9);
}
let months: Map<string, number> | undefined;

function monthOf(text: string): number {
    if (/^\d{1,2}$/.test(text)) return Number(text);
    months ??= monthNames();
    return months.get(text.toLowerCase()) ?? NaN;
}

function yearOf(text: string): number {
    if (text.length === 4) return Number(text);
    return text.length === 2 ? 2000 + Number(text) : NaN;
}

interface TimeOfDay {
    hour: number;
    minute: number;
    second: number;
    millisecond: number;
}

const kMidnight: TimeOfDay = { hour: 0, minute: 0, second: 0, millisecond: 0 };

function timeOf([hours, minute, second = '0', fraction = '0', half]: (string | undefined)[]): TimeOfDay | undefined {
    let hour = Number(hours);
    if (half) {
        if (hour < 1 || hour > 12) return undefined;
        hour = (hour % 12) + (/^p/i.test(half) ? 12 : 0);
    }
    if (hour > 23 || Number(minute) > 59 || Number(second) > 59) return undefined;
    const millisecond = Math.floor(Number(`0.${fraction}`) * 1000);
    return { hour, minute: Number(minute), second: Number(second), millisecond };
}

function offsetOf(name: string | undefined, written: string | undefined): number | undefined {
    const match = /^([+-])(\d{2}):?(\d{2})?$/.exec(written ?? '');
    if (match) return (match[1] === '-' ? -1 : 1) * (Number(match[2]) * 3600 + Number(match[3] ?? 0) * 60);
    return name ? 0 : undefined;
}

/** Reads a time of day such as `7:30`, `07:30:15` or `7:30 PM`. */
export function parseTime(text: string): TimeOfDay | undefined {
    const match = kTimeAlone.exec(text.trim());
    return match ? timeOf(match.slice(1)) : undefined;
}

/** Reads a date, with or without a time of day, in the given order; undefined if it is none. */
export function parseDate(text: string, order: DateOrder): ParsedDate | undefined {
    const written = text.trim();
    if (order === 'seconds' || order === 'milliseconds') return parseNumber(written, order === 'seconds' ? 1000 : 1);
    const match = kDate.exec(written);
    if (!match) return undefined;
    const [, first = '', second = '', third = '', ...time] = match;
    const named = /\p{L}/u.test(first) ? 'mdy' : order; // "November 23, 2026", whatever the order of numbers
    const parts = /\p{L}/u.test(second) && first.length < 3 ? 'dmy' : named;
    const [year, month, day] =
        parts === 'ymd' ? [first, second, third] : parts === 'dmy' ? [third, second, first] : [third, first, second];
    const hasTime = time[0] !== undefined;
    const timeOfDay = hasTime ? timeOf(time.slice(0, 5)) : kMidnight;
    if (!timeOfDay) return undefined;
    const local = { year: yearOf(year), month: monthOf(month), day: Number(day), ...timeOfDay };
    if (Number.isNaN(utcInstant(local))) return undefined;
    const offset = offsetOf(time[5], time[6]);
    return offset === undefined ? { local, hasTime } : { local, hasTime, offset };
}

function parseNumber(text: string, unit: number): ParsedDate | undefined {
    if (!/^\d{9,14}([.,]\d+)?$/.test(text)) return undefined;
    const instant = new Date(Math.round(Number(text.replace(',', '.')) * unit));
    if (Number.isNaN(instant.getTime())) return undefined;
    const local = {
        year: instant.getUTCFullYear(),
        month: instant.getUTCMonth() + 1,
        day: instant.getUTCDate(),
        hour: instant.getUTCHours(),
        minute: instant.getUTCMinutes(),
        second: instant.getUTCSeconds(),
        millisecond: instant.getUTCMilliseconds(),
    };
    return { local, hasTime: true, offset: 0 };
}
