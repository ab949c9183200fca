import { describe, expect, it } from 'vitest';

import { kOptions, readSessions, readShort } from '../../../test/import/reading.js';
import { openFile, type CsvFile } from '../open.js';

async function open(content: string | Uint8Array<ArrayBuffer>, locale = 'en'): Promise<CsvFile> {
    return (await openFile(new Blob([content]), { locale })) as CsvFile;
}

const kInsightTimer = `Started At,Duration,Preset,Activity
01/23/2020 07:11:30,0:20:00,Morning,Meditation
01/22/2020 21:40:00,0:05:30,,Breathing
02/30/2020 07:00:00,0:20:00,,Meditation
01/20/2020 07:00:00,soon,,Yoga
01/20/2020 07:00:00,0:00:00,,Yoga
01/19/2020 07:00:00,25:00:00,,Yoga
`;

describe('readCsv', () => {
    it('reads an export of Insight Timer without being told anything', async () => {
        const file = await open(kInsightTimer);
        expect(file.mapping).toMatchObject({ start: 0, duration: 1, kind: 2, dateOrder: 'mdy' });
        expect(file.uncertain).toEqual([]);
        expect(await readShort(file.with({ mapping: { ...file.mapping, kind: 3 } }).read(kOptions))).toEqual([
            '2020-01-23T06:11:30.000Z 1200 mindfulness',
            '2020-01-22T20:40:00.000Z 330 breathing',
            'bad_date@4',
            'bad_duration@5',
            'too_short@6',
            'too_long@7',
        ]);
    });

    it('reads semicolons, decimal commas, moods and notes, in German', async () => {
        const file = await open(
            'Datum;Uhrzeit;Dauer (min);Notiz;Mood before;Mood after\r\n' +
                '01.02.2026;07:15;12,5;"Still;\r\nund ruhig";2;4\r\n13.02.2026;22:00;10;;9;5\r\n',
            'de',
        );
        expect(file.mapping).toMatchObject({ start: 0, time: 1, duration: 2, note: 3, moodBefore: 4, moodAfter: 5 });
        expect(file.uncertain).toEqual([]);
        const [first, second] = await readSessions(file.read(kOptions));
        expect(first?.id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-5/);
        expect({ ...first, id: '' }).toEqual({
            id: '',
            kind: 'mindfulness',
            startedAt: '2026-02-01T06:15:00.000Z',
            durationSeconds: 750,
            timezone: 'Europe/Berlin',
            moodBefore: 2,
            moodAfter: 4,
            note: 'Still;\nund ruhig',
        });
        expect(second).toMatchObject({ durationSeconds: 600, moodAfter: 5 });
        expect(second).not.toHaveProperty('moodBefore');
    });

    it.each<[string, (text: string) => Uint8Array<ArrayBuffer>]>([
        ['utf-8', (text) => new Uint8Array(Buffer.from(`\ufeff${text}`))],
        ['utf-16le', (text) => new Uint8Array(Buffer.from(`\ufeff${text}`, 'utf16le'))],
        ['utf-16be', (text) => new Uint8Array(Buffer.from(`\ufeff${text}`, 'utf16le').swap16())],
        ['utf-16le', (text) => new Uint8Array(Buffer.from(text, 'utf16le'))],
        ['windows-1252', (text) => new Uint8Array(Buffer.from(text, 'latin1'))],
    ])('finds out that a file is in %s', async (encoding, encode) => {
        const file = await open(encode('Start\tMinutes\tNote\n2026-02-01 07:15\t10\tgrün\n'));
        expect(file.layout).toMatchObject({ encoding, delimiter: '\t' });
        expect((await readSessions(file.read(kOptions)))[0]).toMatchObject({ note: 'grün', durationSeconds: 600 });
    });

    it('says when a date could be of either order, and asks the locale', async () => {
        const text = 'date,minutes\n01/02/2026 07:00,10\n';
        expect(await open(text, 'en-US')).toMatchObject({ uncertain: ['dateOrder'], mapping: { dateOrder: 'mdy' } });
        expect(await open(text, 'en-GB')).toMatchObject({ uncertain: ['dateOrder'], mapping: { dateOrder: 'dmy' } });
    });

    it('knows the order of dates by that of the rows', async () => {
        const dates = ['01/02', '03/02', '05/02', '08/02', '11/02', '05/03'];
        const text = `date,minutes\n${dates.map((date) => `${date}/2026 07:00,10\n`).join('')}`;
        expect(await open(text, 'en-US')).toMatchObject({ uncertain: [], mapping: { dateOrder: 'dmy' } });
    });

    it('says when it is not known what a number of a duration counts', async () => {
        const open2 = (durations: string[]): Promise<CsvFile> =>
            open(`start,duration\n${durations.map((d, i) => `2026-02-0${i + 1} 07:00,${d}\n`).join('')}`);
        expect(await open2(['10', '20'])).toMatchObject({
            uncertain: ['durationUnit'],
            mapping: { durationUnit: 'minutes' },
        });
        expect(await open2(['600', '1200'])).toMatchObject({ mapping: { durationUnit: 'seconds' } });
        expect(await open2(['600000', '1200000'])).toMatchObject({ mapping: { durationUnit: 'milliseconds' } });
        expect(await open2(['20:00', '5:00'])).toMatchObject({
            uncertain: ['clockParts'],
            mapping: { clockParts: 'minutesSeconds' },
        });
        expect(await open2(['0:20', '1:05'])).toMatchObject({ mapping: { clockParts: 'hoursMinutes' } });
    });

    it('takes the end instead of a duration, also on the next day, and offsets as zones', async () => {
        const file = await open(
            'Start,End\n2026-02-01T23:50:00+05:30,2026-02-02T00:10:00+05:30\n' +
                '2026-02-05T08:00:00+05:30,2026-02-05T07:00:00+05:30\n',
        );
        expect(await readShort(file.read(kOptions))).toEqual([
            '2026-02-01T18:20:00.000Z 1200 mindfulness',
            'ends_before_start@3',
        ]);
        expect((await readSessions(file.read(kOptions)))[0]?.timezone).toBe('Asia/Kolkata');
        const times = await open('Start,End\n2026-02-03 23:50,00:05\n2026-02-04 07:00,07:10\n');
        expect(await readShort(times.read(kOptions))).toEqual([
            '2026-02-03T22:50:00.000Z 900 mindfulness',
            '2026-02-04T06:00:00.000Z 600 mindfulness',
        ]);
    });

    it('puts sessions without a time of day at noon, one after another', async () => {
        const file = await open('date,minutes\n2026-02-01,10\n2026-02-01,10\n2026-02-01,20\n2026-02-02,10\n');
        expect(await readShort(file.read(kOptions))).toEqual([
            '2026-02-01T11:00:00.000Z 600 mindfulness time_unknown',
            '2026-02-01T11:10:00.000Z 600 mindfulness time_unknown',
            '2026-02-01T11:00:00.000Z 1200 mindfulness time_unknown',
            '2026-02-02T11:00:00.000Z 600 mindfulness time_unknown',
        ]);
    });

    it('knows columns without names by their values', async () => {
        const file = await open('Metta,2026-02-01 07:00,00:10:00\nBody scan,2026-02-02 07:00,00:15:00\n');
        expect(file.layout.hasHeader).toBe(false);
        const mapping = { ...file.mapping, kind: 0 };
        expect(await readShort(file.with({ mapping }).read(kOptions))).toEqual([
            '2026-02-01T06:00:00.000Z 600 lovingKindness',
            '2026-02-02T06:00:00.000Z 900 bodyScan',
        ]);
    });

    it('reports rows that are no session, with their lines', async () => {
        const file = await open(
            'id,start,minutes\na,2026-02-01 07:00,10\na,2026-02-02 07:00,10\nb,,10\nc,2026-02-03 07:00,\n' +
                'd,1999-12-31 07:00,10\ne,2026-11-23 12:55,10\nf,2026-02-03 07:00,10,what,is,this\n' +
                'g,2026-02-01 07:02,10\n',
        );
        expect(await readShort(file.read(kOptions))).toEqual([
            '2026-02-01T06:00:00.000Z 600 mindfulness',
            'duplicate@3',
            'missing_value@4',
            'missing_value@5',
            'date_out_of_range@6',
            'in_future@7',
            'malformed@8',
            '2026-02-01T06:02:00.000Z 600 mindfulness overlaps',
        ]);
    });
});
