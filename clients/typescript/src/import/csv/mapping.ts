// Which column means what, and how dates and durations are to be read. Guessed from names and values; people see and
// confirm it before anything is sent.

import type { Kind } from '../../types.js';
import { parseDate, parseTime, type DateOrder } from './dates.js';
import { needsChoice, parseDuration, parseNumber, type ClockParts, type DurationUnit } from './durations.js';
import type { CsvLayout } from './layout.js';

/** Columns are counted from 0. */
export interface CsvMapping {
    start?: number | undefined;
    /** The time of day, where it stands apart from the date. */
    time?: number | undefined;
    end?: number | undefined;
    duration?: number | undefined;
    kind?: number | undefined;
    note?: number | undefined;
    moodBefore?: number | undefined;
    moodAfter?: number | undefined;
    /** What tells a session from all others of the file's source. */
    id?: number | undefined;
    dateOrder: DateOrder;
    durationUnit: DurationUnit;
    clockParts: ClockParts;
    /** Of sessions whose kind the file does not say, or not in a known word. */
    otherwiseKind: Kind;
}

/** Settings of a mapping of which the values allow more than one. */
export type CsvChoice = 'dateOrder' | 'durationUnit' | 'clockParts';

type ColumnRole = Exclude<keyof CsvMapping, CsvChoice | 'otherwiseKind'>;

// In this order: the first column whose name matches takes the role.
const kRoleNames: [ColumnRole, RegExp][] = [
    ['id', /^(id|uuid|guid|session.?id)$/i],
    ['moodBefore', /mood.*(before|start)|настроение.*(до|перед)/i],
    ['moodAfter', /mood|rating|настроение/i],
    ['end', /\b(end|finish|stop)|ended|конец|окончание|ende\b/i],
    ['duration', /dur|length|minutes|seconds|hours|\bmin|\bsec|длит|минут|dauer|durée|duración/i],
    ['start', /start|begin|when|date|^time$|timestamp|created|дата|начало|когда|datum|beginn|fecha/i],
    ['time', /time|clock|время|uhrzeit|hora|heure/i],
    ['note', /note|comment|journal|description|заметк|коммент|notiz/i],
    ['kind', /kind|type|activity|category|preset|technique|practice|title|name|вид|тип|практик/i],
];
const kOrders: DateOrder[] = ['ymd', 'dmy', 'mdy', 'seconds', 'milliseconds'];
const kMostFaults = 0.3; // of the values of a column that do not fit what it is taken for

const fits = (values: string[], reads: (value: string) => boolean): boolean =>
    values.length > 0 && values.filter((value) => !reads(value)).length <= values.length * kMostFaults;

// How many neighbours are in the order of time, either way: exports are sorted.
function sortedness(values: string[], order: DateOrder): number {
    const instants = values.map((value) => {
        const local = parseDate(value, order)?.local;
        return local ? Date.UTC(local.year, local.month - 1, local.day, local.hour, local.minute) : NaN;
    });
    let rising = 0;
    let falling = 0;
    for (let i = 1; i < instants.length; ++i) {
        if ((instants[i] ?? NaN) >= (instants[i - 1] ?? NaN)) ++rising;
        if ((instants[i] ?? NaN) <= (instants[i - 1] ?? NaN)) ++falling;
    }
    return Math.max(rising, falling);
}

interface Guess<T> {
    value: T;
    isCertain: boolean;
}

function guessOrder(values: string[], locale: string): Guess<DateOrder> | undefined {
    const read = (order: DateOrder): number => values.filter((value) => parseDate(value, order)).length;
    const most = Math.max(...kOrders.map(read));
    if (most < values.length * (1 - kMostFaults)) return undefined;
    const possible = kOrders.filter((order) => most > 0 && read(order) === most);
    const [first, ...others] = possible;
    if (first === undefined) return undefined;
    // Dates with the name of the month, and numbers, read the same in each order.
    const differs = (order: DateOrder): boolean =>
        values.some((value) => JSON.stringify(parseDate(value, order)) !== JSON.stringify(parseDate(value, first)));
    if (!others.some(differs)) return { value: first, isCertain: true };
    const scores = possible.map((order) => ({ order, score: sortedness(values, order) }));
    const best = Math.max(...scores.map(({ score }) => score));
    const winners = scores.filter(({ score }) => score === best).map(({ order }) => order);
    const [winner = first] = winners;
    if (winners.length === 1 && values.length >= 5) return { value: winner, isCertain: true };
    const usual = locale === 'en-US' ? 'mdy' : 'dmy';
    return { value: possible.includes(usual) ? usual : winner, isCertain: false };
}

function median(numbers: number[]): number {
    const sorted = [...numbers].sort((a, b) => a - b);
    return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}

function guessUnit(name: string, values: string[]): Guess<DurationUnit> {
    if (/milli|\bms\b|мс/i.test(name)) return { value: 'milliseconds', isCertain: true };
    if (/min|мин/i.test(name)) return { value: 'minutes', isCertain: true };
    if (/sec|сек|\(s\)/i.test(name)) return { value: 'seconds', isCertain: true };
    if (/hour|час|stunden/i.test(name)) return { value: 'hours', isCertain: true };
    const numbers = values.map(parseNumber).filter((number) => !Number.isNaN(number));
    if (numbers.length === 0) return { value: 'minutes', isCertain: true };
    const typical = median(numbers);
    if (typical > 86_400) return { value: 'milliseconds', isCertain: false };
    return { value: typical > 180 ? 'seconds' : 'minutes', isCertain: false };
}

// Nearly all sessions are longer than three minutes and shorter than three hours.
function guessClock(values: string[]): Guess<ClockParts> {
    const clocks = values.filter((value) => needsChoice(value) === 'clock');
    if (clocks.length === 0) return { value: 'minutesSeconds', isCertain: true };
    const typical = median(clocks.map((value) => parseDuration(value, 'minutes', 'hoursMinutes')));
    return { value: typical > 3 * 3600 ? 'minutesSeconds' : 'hoursMinutes', isCertain: false };
}

/** The mapping that names and values suggest, and what in it is not certain. */
export function guessMapping(layout: CsvLayout, locale = 'en'): { mapping: CsvMapping; uncertain: CsvChoice[] } {
    const values = layout.columns.map((_, index) => layout.sample.map((row) => row.cells[index] ?? '').filter(Boolean));
    const roles: Partial<Record<ColumnRole, number>> = {};
    const taken = new Set<number>();
    const isDate = (index: number): boolean => guessOrder(values[index] ?? [], locale) !== undefined;
    const isTime = (index: number): boolean => fits(values[index] ?? [], (value) => parseTime(value) !== undefined);
    const isDuration = (index: number): boolean =>
        fits(values[index] ?? [], (value) => !Number.isNaN(parseDuration(value, 'minutes', 'minutesSeconds')));
    const suits: Partial<Record<ColumnRole, (index: number) => boolean>> = {
        start: isDate,
        end: (index) => isDate(index) || isTime(index),
        time: isTime,
        duration: isDuration,
    };
    const take = (role: ColumnRole, accepts: (index: number) => boolean): void => {
        const index = layout.columns.findIndex((_, at) => !taken.has(at) && accepts(at) && (suits[role]?.(at) ?? true));
        if (index < 0) return;
        roles[role] = index;
        taken.add(index);
    };
    for (const [role, pattern] of kRoleNames) take(role, (index) => pattern.test(layout.columns[index] ?? ''));
    if (roles.start === undefined) take('start', () => true);
    if (roles.duration === undefined && roles.end === undefined) take('duration', () => true);

    const ofColumn = (index: number | undefined): string[] => (index === undefined ? [] : (values[index] ?? []));
    const order = guessOrder(ofColumn(roles.start), locale);
    const unit = guessUnit(layout.columns[roles.duration ?? -1] ?? '', ofColumn(roles.duration));
    const clock = guessClock(ofColumn(roles.duration));
    const uncertain: CsvChoice[] = [];
    if (order && !order.isCertain) uncertain.push('dateOrder');
    if (!unit.isCertain) uncertain.push('durationUnit');
    if (!clock.isCertain) uncertain.push('clockParts');
    return {
        mapping: {
            ...roles,
            dateOrder: order?.value ?? 'ymd',
            durationUnit: unit.value,
            clockParts: clock.value,
            otherwiseKind: 'mindfulness',
        },
        uncertain,
    };
}
