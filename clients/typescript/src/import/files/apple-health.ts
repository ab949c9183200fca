// Apple Health's export.xml: gigabytes of records, of which the mindful sessions are read.

import { SaxesParser } from 'saxes';

import { streamOf, textOf } from '../bytes.js';
import { ImportError } from '../errors.js';
import { Intake, problem } from '../intake.js';
import type { Item, ReadOptions } from '../items.js';
import { RecordSieve, type ElementParser } from './record-sieve.js';

const kMindfulSession = 'HKCategoryTypeIdentifierMindfulSession';
const kDate = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d) ([+-]\d\d)(\d\d)$/;

/** Reads the export.xml of an export. */
export function readAppleHealth(file: Blob, options: ReadOptions): AsyncGenerator<Item> {
    return readAppleHealthXml(streamOf(file, options), options);
}

/** Reads the content of an export.xml. */
export async function* readAppleHealthXml(
    stream: ReadableStream<Uint8Array>,
    options: ReadOptions,
): AsyncGenerator<Item> {
    const records = new RecordParser(new Intake('apple-health', options));
    const sieve = new RecordSieve('HealthData', 'Record', kMindfulSession, records);
    records.lineOf = () => sieve.line;
    try {
        for await (const text of textOf(stream, 'utf-8', options.signal)) {
            sieve.write(text);
            yield* records.take();
        }
    } catch (error) {
        // An archive whose content breaks off.
        if (error instanceof ImportError && error.line === undefined)
            throw new ImportError(error.code, error.message, sieve.lastLine, { cause: error });
        throw error;
    }
    if (!records.hasBegun) throw new ImportError('unrecognised', 'The file is not an export of Apple Health.');
    if (!sieve.hasEnded)
        throw new ImportError('truncated', `The file ends in the middle, at line ${sieve.lastLine}.`, sieve.lastLine);
}

/**
 * The instant of a date such as `2026-11-23 06:00:00 +0100`; NaN if it is none. The offset is that of the phone when it
 * exported, not of the place of the session.
 */
function instantOf(date: string): number {
    const match = kDate.exec(date);
    return match ? Date.parse(`${match[1]}T${match[2]}${match[3]}:${match[4]}`) : NaN;
}

class RecordParser implements ElementParser {
    lineOf = (): number => 1;
    hasBegun = false;
    private readonly parser = new SaxesParser({ xmlns: false });
    private items: Item[] = [];
    private record: { line: number; startDate: string; endDate: string; timezone?: string } | undefined;

    constructor(private readonly intake: Intake) {
        this.parser.on('opentag', ({ name, attributes }) => {
            if (name === 'HealthData') this.hasBegun = true;
            if (name === 'Record' && attributes['type'] === kMindfulSession) {
                const { startDate = '', endDate = '' } = attributes;
                this.record = { line: this.lineOf(), startDate, endDate };
            } else if (this.record && name === 'MetadataEntry' && attributes['key'] === 'HKTimeZone')
                this.record.timezone = attributes['value'] ?? '';
        });
        this.parser.on('closetag', ({ name }) => {
            if (name !== 'Record' || !this.record) return;
            this.items.push(this.itemOf(this.record));
            this.record = undefined;
        });
        this.parser.on('error', ({ message }) => {
            const place = { unit: 'line', number: this.lineOf() } as const;
            this.items.push(problem(place, 'malformed', message.replace(/^\d+:\d+: /, '')));
        });
    }

    get isInElement(): boolean {
        return this.record !== undefined;
    }

    write(xml: string): void {
        this.parser.write(xml);
    }

    take(): Item[] {
        return this.items.splice(0);
    }

    private itemOf({ line, startDate, endDate, timezone }: NonNullable<typeof this.record>): Item {
        const start = instantOf(startDate);
        const end = instantOf(endDate);
        const place = { unit: 'line', number: line } as const;
        const text = `${startDate} – ${endDate}`;
        if (Number.isNaN(start) || Number.isNaN(end))
            return problem(place, startDate && endDate ? 'bad_date' : 'missing_value', text);
        return this.intake.accept({
            place,
            text,
            start,
            durationSeconds: (end - start) / 1000,
            kind: 'mindfulness',
            timezone,
        });
    }
}
