// How a file of delimited text is written: encoding, delimiter, header. Found out from its beginning; each may be said
// instead.

import { readAt } from '../bytes.js';
import { needsChoice } from './durations.js';
import { parseDate, parseTime, type DateOrder } from './dates.js';
import { RowParser, type CsvRow, type Delimiter } from './rows.js';

export interface CsvLayout {
    encoding: string;
    delimiter: Delimiter;
    hasHeader: boolean;
    /** The names of the columns; empty ones if the file has none. */
    columns: string[];
    /** The first rows without the header. */
    sample: CsvRow[];
}

const kHeadBytes = 256 << 10;
const kSampleRows = 500;
const kDelimiters: Delimiter[] = [',', ';', '\t', '|'];
const kOrders: DateOrder[] = ['ymd', 'dmy', 'mdy', 'seconds', 'milliseconds'];

function encodingOf(head: Uint8Array): string {
    const [first, second, third] = head;
    if (first === 0xff && second === 0xfe) return 'utf-16le';
    if (first === 0xfe && second === 0xff) return 'utf-16be';
    if (first === 0xef && second === 0xbb && third === 0xbf) return 'utf-8';
    // Latin letters in UTF-16 have a zero in every second byte.
    const zeros = [0, 0];
    head.subarray(0, 1024).forEach((byte, index) => {
        if (byte === 0) zeros[index % 2] = (zeros[index % 2] ?? 0) + 1;
    });
    const [even = 0, odd = 0] = zeros;
    if (even + odd > Math.min(head.length, 1024) / 8) return even > odd ? 'utf-16be' : 'utf-16le';
    try {
        new TextDecoder('utf-8', { fatal: true }).decode(head, { stream: true });
        return 'utf-8';
    } catch {
        return 'windows-1252';
    }
}

function parse(text: string, delimiter: Delimiter, isWhole: boolean): CsvRow[] {
    const parser = new RowParser(delimiter);
    const rows = parser.write(text);
    if (isWhole)
        try {
            rows.push(...parser.end());
        } catch {
            // A quote that is never closed is reported with its line when the file is read.
        }
    return rows;
}

// The delimiter that gives most rows the same number of cells, and more than one.
function delimiterOf(text: string, isWhole: boolean): Delimiter {
    let best: { delimiter: Delimiter; score: number } = { delimiter: ',', score: 0 };
    for (const delimiter of kDelimiters) {
        const sizes = parse(text, delimiter, isWhole)
            .slice(0, 100)
            .map((row) => row.cells.length);
        const counts = new Map<number, number>();
        for (const size of sizes) counts.set(size, (counts.get(size) ?? 0) + 1);
        for (const [size, count] of counts) {
            const score = size > 1 ? (count / sizes.length) * (1 + Math.min(size, 10) / 100) : 0;
            if (score > best.score) best = { delimiter, score };
        }
    }
    return best.delimiter;
}

const isValue = (cell: string): boolean =>
    needsChoice(cell) !== undefined ||
    parseTime(cell) !== undefined ||
    kOrders.some((order) => parseDate(cell, order) !== undefined);

/** Reads the beginning of a file. */
export async function inspectCsv(
    file: Blob,
    known: { encoding?: string | undefined; delimiter?: Delimiter | undefined; hasHeader?: boolean | undefined } = {},
): Promise<CsvLayout> {
    const head = await readAt(file, 0, kHeadBytes);
    const encoding = known.encoding ?? encodingOf(head);
    const text = new TextDecoder(encoding).decode(head, { stream: true });
    const isWhole = file.size <= kHeadBytes;
    const delimiter = known.delimiter ?? delimiterOf(text, isWhole);
    const rows = parse(text, delimiter, isWhole);
    const hasHeader = known.hasHeader ?? !(rows[0]?.cells.some(isValue) ?? false);
    const names = hasHeader ? (rows[0]?.cells ?? []) : [];
    const width = hasHeader ? names.length : Math.max(0, ...rows.slice(0, kSampleRows).map((row) => row.cells.length));
    return {
        encoding,
        delimiter,
        hasHeader,
        columns: Array.from({ length: width }, (_, index) => names[index] ?? ''),
        sample: rows.slice(hasHeader ? 1 : 0, kSampleRows),
    };
}
