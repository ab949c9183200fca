import { describe, expect, it } from 'vitest';

import { kOptions, readAll, readSessions } from '../../../test/import/reading.js';
import { openFile } from '../open.js';

const kSession = {
    id: '01930000-0000-7000-8000-000000000001',
    status: 'completed',
    kind: 'walking',
    plannedSeconds: 600,
    durationSeconds: 598,
    startedAt: '2026-01-05T06:30:00.250Z',
    endedAt: '2026-01-05T06:40:00.250Z',
    localDate: '2026-01-05',
    timezone: 'Asia/Tokyo',
    groupId: null,
    moodBefore: null,
    moodAfter: 4,
    note: '"Ruhe" 🌊\n',
    source: 'live',
};
const kExport = {
    exportedAt: '2026-11-23T06:00:00.000Z',
    profile: { id: 'x', email: 'ada@example.org', timezone: 'Asia/Tokyo', dayStartHour: 3, dailyGoalSeconds: 900 },
    sessions: [
        kSession,
        { ...kSession, id: '01930000-0000-7000-8000-000000000002', status: 'abandoned' },
        { ...kSession, id: 'none' },
    ],
    deletedSessions: [{ id: '01930000-0000-7000-8000-000000000003', version: 2 }],
    credentials: { sessions: [{ id: '01930000-0000-7000-8000-000000000009' }] },
    sessionFacts: [{ sessionId: kSession.id, sessions: [kSession] }],
};

describe('an export of Mind Space', () => {
    it('gives sessions under their own ids, deletions and the settings of the account', async () => {
        const file = await openFile(new Blob([JSON.stringify(kExport)]));
        expect(file.kind).toBe('mindspace');
        const { items, error } = await readAll(file.read(kOptions));
        expect(error).toBeUndefined();
        expect(items).toMatchObject([
            { type: 'profile', profile: { timezone: 'Asia/Tokyo', dayStartHour: 3, dailyGoalSeconds: 900 } },
            {
                type: 'session',
                session: {
                    id: kSession.id,
                    kind: 'walking',
                    startedAt: kSession.startedAt,
                    durationSeconds: 598,
                    plannedSeconds: 600,
                    timezone: 'Asia/Tokyo',
                    moodAfter: 4,
                },
            },
            { type: 'problem', code: 'not_completed', place: { unit: 'item', number: 2 } },
            { type: 'problem', code: 'malformed', place: { unit: 'item', number: 3 } },
            { type: 'deletion', id: '01930000-0000-7000-8000-000000000003' },
        ]);
        expect((await readSessions(file.read(kOptions)))[0]?.note).toBe(kSession.note);
    });

    it('that is cut off or damaged gives what was before, and says so', async () => {
        const text = JSON.stringify(kExport);
        const failure = async (content: string): Promise<unknown> =>
            (await readAll((await openFile(new Blob([content]))).read(kOptions))).error;
        expect(await failure(text.slice(0, -1))).toMatchObject({ code: 'truncated' });
        expect(await failure(text.slice(0, text.length / 2))).toMatchObject({ code: 'truncated' });
        expect(await failure(text.replace('"deletedSessions":', '"deletedSessions"'))).toMatchObject({
            code: 'damaged',
        });
    });
});
