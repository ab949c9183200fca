import { describe, expect, it } from 'vitest';

import {
    Importer,
    ImportJournal,
    newRun,
    openFile,
    type ImportRun,
    type ImportSettings,
    type ProfileItem,
} from '../../src/import/index.js';
import { memoryStorage, newId, type Client, type ImportedSession, type Kind } from '../../src/index.js';
import { kPassword, newPerson } from '../support/people.js';
import { appleHealthXml } from './apple-health.js';
import { streamedZip } from './archives.js';
import { healthConnectDatabase } from './health-connect.js';

const kSettings: ImportSettings = {
    timezone: 'Europe/Berlin',
    leaveOutOverlaps: false,
    restoreDeleted: false,
    applyDeletions: true,
};

function importerOf(client: Client): Importer {
    return new Importer(client.sessions, new ImportJournal(memoryStorage(), 'someone'));
}

async function importFile(
    client: Client,
    importer: Importer,
    file: Blob,
    settings: Partial<ImportSettings> = {},
): Promise<ImportRun> {
    const opened = await openFile(file);
    const run = newRun({ name: 'export', size: file.size, lastModified: 0 }, opened.kind, {
        ...kSettings,
        ...settings,
    });
    const { timezone } = run.settings;
    for await (const item of opened.read({ timezone }))
        if (item.type === 'profile') await client.users.update(item.profile satisfies ProfileItem['profile']);
    for await (const rows of importer.import(run, opened.read({ timezone, now: new Date(run.startedAt) })))
        expect(rows.length).toBeGreaterThan(0);
    return run;
}

async function undo(importer: Importer, run: ImportRun): Promise<void> {
    for await (const deleted of importer.undo(run)) expect(deleted).toBeGreaterThan(0);
}

/** What the server says of the user's practice, once it has counted these sessions. */
async function practice(client: Client, sessions: ImportedSession[]): Promise<unknown> {
    const totalSeconds = sessions.reduce((sum, { durationSeconds }) => sum + durationSeconds, 0);
    await expect
        .poll(() => client.users.stats(), { timeout: 30_000 })
        .toMatchObject({ totalSessions: sessions.length, totalSeconds });
    const { milestones, ...stats } = await client.users.stats();
    const { items, totals } = await client.analytics.daily({ from: '2025-01-01', to: '2025-12-31' });
    return { stats, milestones: milestones.map(({ kind, value }) => ({ kind, value })), items, totals };
}

const kKinds: Kind[] = ['walking', 'sleep', 'mantra', 'breathing'];

function pastSessions(count: number): ImportedSession[] {
    return Array.from({ length: count }, (_, i) => ({
        id: newId(),
        kind: kKinds[i % kKinds.length]!,
        // Some a little after midnight, which belongs to the day before.
        startedAt: new Date(Date.UTC(2025, 0, 1 + i, 22, 10 + (i % 50), 3, 217)).toISOString(),
        durationSeconds: 61 + 7 * i,
        plannedSeconds: 600,
        timezone: i % 3 ? 'Asia/Tokyo' : 'America/Lima',
        moodBefore: 1 + (i % 5),
        ...(i % 2 && { moodAfter: 5, note: `«Тишина» ${i} 🌊\n` }),
    }));
}

describe('a history', () => {
    it('moves to another account without losing a minute', async () => {
        const { client: old } = await newPerson();
        await old.users.update({ timezone: 'Asia/Tokyo', dayStartHour: 4, dailyGoalSeconds: 1200 });
        const sessions = pastSessions(60);
        await old.sessions.import(sessions);
        await old.sessions.delete(sessions[7]!.id);
        const abandoned = await old.sessions.start({ kind: 'other', plannedSeconds: 600 });
        await old.sessions.abandon(abandoned.id);
        const left = sessions.filter((_, i) => i !== 7);
        const before = await practice(old, left);
        const exported = await (await old.users.export()).blob();

        const { client } = await newPerson();
        const importer = importerOf(client);
        const run = await importFile(client, importer, exported);
        expect(run.totals).toMatchObject({ created: 59, problems: 1, invalid: 0, conflict: 0, removed: 0 });
        expect(await practice(client, left)).toEqual(before);
        const { moodBefore, moodAfter, note, startedAt } = await client.sessions.get(sessions[1]!.id);
        expect({ moodBefore, moodAfter, note, startedAt }).toEqual({
            moodBefore: sessions[1]!.moodBefore,
            moodAfter: 5,
            note: sessions[1]!.note,
            startedAt: sessions[1]!.startedAt,
        });

        // Again, after a little more has happened there.
        const added = pastSessions(61).slice(60);
        await old.sessions.delete(sessions[8]!.id);
        await old.sessions.import(added);
        const final = [...left.filter((_, i) => i !== 7), ...added];
        const later = await (await old.users.export()).blob();
        const again = await importFile(client, importer, later);
        expect(again.totals).toMatchObject({ created: 1, exists: 58, removed: 1 });
        expect(await practice(client, final)).toEqual(await practice(old, final));

        await undo(importer, again);
        await undo(importer, run);
        expect((await client.sessions.list().page()).items).toEqual([]);
        expect((await importFile(client, importer, later)).totals).toMatchObject({ created: 0, deleted: 59 });
        const back = await importFile(client, importer, later, { restoreDeleted: true });
        expect(back.totals).toMatchObject({ created: 59, deleted: 0 });
        expect(await practice(client, final)).toEqual(await practice(old, final));
    });

    it('comes from files of other apps, once', async () => {
        const start = Date.UTC(2025, 6, 5, 20);
        const files = [
            streamedZip({
                'apple_health_export/export.xml': appleHealthXml([
                    { startDate: '2025-07-04 07:30:00 +0200', endDate: '2025-07-04 07:40:30 +0200' },
                    {
                        startDate: '2025-07-04 22:00:00 +0530',
                        endDate: '2025-07-04 22:20:00 +0530',
                        timezone: 'Asia/Kolkata',
                    },
                ]),
            }),
            await healthConnectDatabase([
                {
                    uuid: '00112233445566778899aabbccddeeff',
                    start,
                    end: start + 600_000,
                    offset: 12_600,
                    title: 'Evening',
                },
                {
                    uuid: '10112233445566778899aabbccddeeff',
                    start: start + 7_200_000,
                    end: start + 7_800_000,
                    offset: -36_000,
                },
            ]),
            new Blob(['Date,Minutes,Note\n06/07/2025 07:00,10,"a\u0001b\u202e"\n16/07/2025 07:00,12,\n']),
        ];
        const { client } = await newPerson();
        const importer = importerOf(client);
        for (const file of files) {
            expect((await importFile(client, importer, file)).totals).toMatchObject({
                created: 2,
                invalid: 0,
                problems: 0,
            });
            expect((await importFile(client, importer, file)).totals).toMatchObject({ created: 0, exists: 2 });
        }
        const { items } = await client.sessions.list().page();
        expect(items.map(({ localDate, timezone }) => `${localDate} ${timezone}`)).toEqual([
            '2025-07-16 Europe/Berlin',
            '2025-07-06 Europe/Berlin',
            '2025-07-05 Etc/GMT+10',
            '2025-07-05 Asia/Tehran',
            '2025-07-04 Asia/Kolkata',
            '2025-07-04 Europe/Berlin',
        ]);
        await client.auth.deleteAccount(kPassword);
    });
});
