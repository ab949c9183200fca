// Sessions from delimited text, by a layout and a mapping.

import { streamOf, textOf } from '../bytes.js';
import { Intake, problem } from '../intake.js';
import type { Item, Place, ReadOptions, RowNoticeCode } from '../items.js';
import { instantIn, utcInstant, zoneWithOffset } from '../zones.js';
import { parseDate, parseTime, type ParsedDate } from './dates.js';
import { parseDuration, parseNumber } from './durations.js';
import { kindOf } from './kinds.js';
import type { CsvLayout } from './layout.js';
import type { CsvMapping } from './mapping.js';
import { RowParser, type CsvRow } from './rows.js';

/** Whether a mapping says enough: when a session began, and how long it was or when it ended. */
export function isComplete(mapping: CsvMapping): boolean {
    return mapping.start !== undefined && (mapping.duration !== undefined || mapping.end !== undefined);
}

/** Reads a file of delimited text. */
export async function* readCsv(
    file: Blob,
    layout: CsvLayout,
    mapping: CsvMapping,
    options: ReadOptions,
): AsyncGenerator<Item> {
    const rows = new RowConverter(layout, mapping, options);
    const parser = new RowParser(layout.delimiter);
    let isHeader = layout.hasHeader;
    function* itemsOf(parsed: CsvRow[]): Generator<Item> {
        for (const row of parsed) {
            if (!isHeader) yield rows.convert(row);
            isHeader = false;
        }
    }
    for await (const text of textOf(streamOf(file, options), layout.encoding, options.signal))
        yield* itemsOf(parser.write(text));
    yield* itemsOf(parser.end());
}

const kNoon = { hour: 12, minute: 0, second: 0, millisecond: 0 };

class RowConverter {
    private readonly intake: Intake;
    /** Equal sessions of a date without times of day follow one another. */
    private readonly sameDay = new Map<string, number>();

    constructor(
        private readonly layout: CsvLayout,
        private readonly mapping: CsvMapping,
        private readonly options: ReadOptions,
    ) {
        this.intake = new Intake('csv', options);
    }

    convert({ line, cells }: CsvRow): Item {
        const { mapping } = this;
        const place: Place = { unit: 'line', number: line };
        const text = cells.join(' · ');
        const cell = (column: number | undefined): string => (column === undefined ? '' : (cells[column] ?? ''));
        const numberIn = (column: number | undefined): number | undefined =>
            cell(column) === '' ? undefined : parseNumber(cell(column));
        if (cells.slice(this.layout.columns.length).some(Boolean)) return problem(place, 'malformed', text);
        if (cell(mapping.start) === '' || (cell(mapping.duration) === '' && cell(mapping.end) === ''))
            return problem(place, 'missing_value', text);

        const date = this.withTime(parseDate(cell(mapping.start), mapping.dateOrder), cell(mapping.time));
        if (!date) return problem(place, 'bad_date', text);
        let start = this.instantOf(date);
        let durationSeconds =
            cell(mapping.duration) === ''
                ? this.secondsUntil(cell(mapping.end), date, start)
                : parseDuration(cell(mapping.duration), mapping.durationUnit, mapping.clockParts);
        if (Number.isNaN(durationSeconds)) return problem(place, 'bad_duration', text);
        durationSeconds = Math.round(durationSeconds);
        const notices: RowNoticeCode[] = [];
        if (!date.hasTime) {
            notices.push('time_unknown');
            const key = `${start}/${durationSeconds}`;
            const before = this.sameDay.get(key) ?? 0;
            this.sameDay.set(key, before + 1);
            start += before * durationSeconds * 1000;
        }
        return this.intake.accept({
            place,
            text,
            start,
            durationSeconds,
            kind: kindOf(cell(mapping.kind), mapping.otherwiseKind),
            ...(cell(mapping.id) === '' ? {} : { identity: `id/${cell(mapping.id)}` }),
            ...(date.offset === undefined || this.isNumeric()
                ? {}
                : { timezone: zoneWithOffset(date.offset, start, this.options.timezone) }),
            moodBefore: numberIn(mapping.moodBefore),
            moodAfter: numberIn(mapping.moodAfter),
            note: cell(mapping.note),
            notices,
        });
    }

    // Numbers count from an instant and say nothing of the place.
    private isNumeric(): boolean {
        return this.mapping.dateOrder === 'seconds' || this.mapping.dateOrder === 'milliseconds';
    }

    private withTime(date: ParsedDate | undefined, time: string): ParsedDate | undefined {
        if (!date || date.hasTime) return date;
        if (time === '') return { ...date, local: { ...date.local, ...kNoon } };
        const timeOfDay = parseTime(time);
        return timeOfDay && { ...date, local: { ...date.local, ...timeOfDay }, hasTime: true };
    }

    private instantOf({ local, offset }: ParsedDate): number {
        return offset === undefined ? instantIn(this.options.timezone, local) : utcInstant(local) - offset * 1000;
    }

    // The end is a date with a time, or a time of day, of the next day if it is before that of the start.
    private secondsUntil(end: string, date: ParsedDate, start: number): number {
        const parsed = parseDate(end, this.mapping.dateOrder);
        if (parsed?.hasTime) return (this.instantOf(parsed) - start) / 1000;
        const timeOfDay = parseTime(end);
        if (!timeOfDay || !date.hasTime) return NaN;
        const seconds = (this.instantOf({ ...date, local: { ...date.local, ...timeOfDay } }) - start) / 1000;
        return seconds < 0 ? seconds + 86_400 : seconds;
    }
}
