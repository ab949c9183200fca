// Durations as people and programs write them.

/** What a number without a unit counts. */
export type DurationUnit = 'seconds' | 'minutes' | 'hours' | 'milliseconds';
/** What the parts of a clock with one colon are; two colons are always hours, minutes and seconds. */
export type ClockParts = 'minutesSeconds' | 'hoursMinutes';

const kUnitSeconds: Record<DurationUnit, number> = { milliseconds: 0.001, seconds: 1, minutes: 60, hours: 3600 };
const kClock = /^(\d{1,5}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?$/;
const kIso = /^p(?:(\d+)d)?t?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)(?:[.,]\d+)?s)?$/i;
const kWords = /(\d+(?:[.,]\d+)?)\s*(\p{L}+)\.?/gu;
// By their beginnings: English, Russian, German, French, Spanish.
const kWordSeconds: [RegExp, number][] = [
    [/^(ms|millis|мс)/i, 0.001],
    [/^(s|с|сек)/i, 1],
    [/^(m|м)/i, 60],
    [/^(h|ч|std|stunde)/i, 3600],
];

/** The number that a text is, with a point or a comma before the fraction; NaN if it is none. */
export function parseNumber(text: string): number {
    const digits = text.replace(/[\s'’]/g, '');
    return /^-?\d+([.,]\d+)?$/.test(digits) ? Number(digits.replace(',', '.')) : NaN;
}

/** Whether a text needs a unit, or the meaning of its clock, to be a duration. */
export function needsChoice(text: string): 'unit' | 'clock' | undefined {
    if (!Number.isNaN(parseNumber(text))) return 'unit';
    return kClock.exec(text)?.[3] === undefined && kClock.test(text) ? 'clock' : undefined;
}

/** The seconds of a duration; NaN if it is none. */
export function parseDuration(text: string, unit: DurationUnit, clock: ClockParts): number {
    const written = text.trim();
    const number = parseNumber(written);
    if (!Number.isNaN(number)) return number * kUnitSeconds[unit];
    const parts = kClock.exec(written);
    if (parts) {
        const [first, second, third] = parts.slice(1).map((part: string | undefined) => Number(part));
        if (first === undefined || second === undefined || second > 59) return NaN;
        if (third !== undefined && !Number.isNaN(third)) return third > 59 ? NaN : first * 3600 + second * 60 + third;
        return clock === 'hoursMinutes' ? first * 3600 + second * 60 : first * 60 + second;
    }
    const iso = kIso.exec(written);
    if (iso && /\d/.test(written)) {
        const [days = 0, hours = 0, minutes = 0, seconds = 0] = iso
            .slice(1)
            .map((part: string | undefined) => Number(part ?? 0));
        return ((days * 24 + hours) * 60 + minutes) * 60 + seconds;
    }
    return parseWords(written);
}

// "1 h 20 min", "20 minutes", "1 час 5 минут"
function parseWords(text: string): number {
    let seconds = 0;
    let rest = text;
    for (const [whole, number = '', word = ''] of text.matchAll(kWords)) {
        const unit = kWordSeconds.find(([name]) => name.test(word));
        if (!unit) return NaN;
        seconds += Number(number.replace(',', '.')) * unit[1];
        rest = rest.replace(whole, '');
    }
    return rest === text || /[\p{L}\d]/u.test(rest.replace(/\b(and|и|und|et|y)\b/giu, '')) ? NaN : seconds;
}
