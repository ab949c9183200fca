import { describe, expect, it } from 'vitest';

import { streamedZip } from '../../../test/import/archives.js';
import { blobOf, healthConnectDatabase, sqliteDatabase } from '../../../test/import/health-connect.js';
import { kOptions, readAll, readSessions, readShort } from '../../../test/import/reading.js';
import { openFile } from '../open.js';

const kStart = Date.UTC(2026, 6, 5, 20, 0);
const kUuid = '00112233445566778899aabbccddee';

describe('an export of Health Connect', () => {
    const rows = [
        { uuid: `${kUuid}01`, start: kStart, end: kStart + 600_400, offset: 7200, title: 'Evening', notes: 'calm' },
        { uuid: `${kUuid}02`, start: kStart + 3_600_000, end: kStart + 3_900_000, offset: 19_800, type: 3 },
        { uuid: `${kUuid}03`, start: kStart, end: null },
        { uuid: `${kUuid}04`, start: kStart + 9_000_000, end: kStart + 8_000_000, offset: null },
        { uuid: `${kUuid}05`, start: 1e18, end: 1e18 + 1000 },
        {
            uuid: `${kUuid}06`,
            start: kStart - 86_400_000,
            end: kStart - 86_000_000,
            offset: 12_345,
            notes: 'n'.repeat(2500),
        },
    ];

    it('is read from the archive and from the database', async () => {
        const database = await healthConnectDatabase(rows);
        const zip = streamedZip({ 'health_connect_export.db': new Uint8Array(await database.arrayBuffer()) });
        for (const blob of [database, zip]) {
            const file = await openFile(blob);
            expect(file.kind).toBe('healthConnect');
            expect(await readShort(file.read(kOptions))).toEqual([
                '2026-07-05T20:00:00.000Z 600 mindfulness',
                '2026-07-05T21:00:00.000Z 300 breathing',
                'missing_value@3',
                'ends_before_start@4',
                'bad_date@5',
                '2026-07-04T20:00:00.000Z 400 mindfulness note_shortened',
            ]);
        }
    });

    it('keeps titles and notes, and the zone of each session', async () => {
        const sessions = await readSessions((await openFile(await healthConnectDatabase(rows))).read(kOptions));
        expect(sessions.map(({ timezone }) => timezone)).toEqual(['Europe/Berlin', 'Asia/Kolkata', 'Europe/Berlin']);
        expect(sessions[0]?.note).toBe('Evening\ncalm');
        expect(sessions[2]?.note).toBe('n'.repeat(2000));
    });

    it('without the table of mindfulness sessions has nothing inside', async () => {
        const file = await openFile(blobOf(await sqliteDatabase('CREATE TABLE steps_record_table (count)')));
        expect((await readAll(file.read(kOptions))).error).toMatchObject({ code: 'nothing_inside' });
    });
});
