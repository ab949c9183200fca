// Exports of Health Connect (Android): a database, in an archive, of which the mindfulness sessions are read.

import { ImportError } from '../errors.js';
import { Intake, problem } from '../intake.js';
import type { Kind } from '../../types.js';
import type { Item, ReadOptions } from '../items.js';
import { zoneWithOffset } from '../zones.js';
import { SqliteFile, type SqliteRow } from './sqlite.js';

// A table of Android's module; https://developer.android.com/reference/android/health/connect/datatypes/MindfulnessSessionRecord
const kTable = 'mindfulness_session_record_table';
// By the numbers of the types: unknown, meditation, other, breathing, music, movement, unguided.
const kKinds: Kind[] = ['mindfulness', 'mindfulness', 'other', 'breathing', 'other', 'other', 'mindfulness'];

function textOf(row: SqliteRow, column: string): string | undefined {
    const value = row.values[column];
    return typeof value === 'string' ? value : undefined;
}

function numberOf(row: SqliteRow, column: string): number {
    const value = row.values[column];
    return typeof value === 'number' ? value : NaN;
}

/** Reads the database of an export. */
export async function* readHealthConnect(file: Blob, options: ReadOptions): AsyncGenerator<Item> {
    const database = await SqliteFile.open(file);
    const rows = await database.table(kTable);
    if (!rows) throw new ImportError('nothing_inside', 'The database has no table of mindfulness sessions.');
    const intake = new Intake('health-connect', options);
    for await (const row of rows) {
        options.signal?.throwIfAborted();
        yield accept(intake, row);
    }
}

function accept(intake: Intake, row: SqliteRow): Item {
    const place = { unit: 'row', number: row.rowId } as const;
    const start = numberOf(row, 'start_time');
    const end = numberOf(row, 'end_time');
    const text = [start, end].map((instant) => describe(instant)).join(' – ');
    if (Number.isNaN(start) || Number.isNaN(end)) return problem(place, 'missing_value', text);
    const offset = numberOf(row, 'start_zone_offset');
    const uuid = row.values['uuid'];
    const timezone =
        Number.isInteger(offset) && isDate(start) ? zoneWithOffset(offset, start, intake.options.timezone) : undefined;
    return intake.accept({
        place,
        text,
        start: isDate(start) ? start : NaN,
        durationSeconds: (end - start) / 1000,
        kind: kKinds[numberOf(row, 'type')] ?? 'other',
        ...(uuid instanceof Uint8Array
            ? { identity: Array.from(uuid, (byte) => byte.toString(16).padStart(2, '0')).join('') }
            : {}),
        timezone,
        note: [textOf(row, 'title'), textOf(row, 'notes')].filter(Boolean).join('\n'),
    });
}

const isDate = (instant: number): boolean => !Number.isNaN(new Date(instant).getTime());
const describe = (instant: number): string => (isDate(instant) ? new Date(instant).toISOString() : '?');
