import { describe, expect, it } from 'vitest';

import { ProblemError } from '../errors.js';
import { memoryStorage, type Storage } from '../storage/storage.js';
import type { ImportedSession, ImportResult } from '../types.js';
import { batchesOf } from './batches.js';
import { ImportError } from './errors.js';
import { successorId } from './ids.js';
import { Importer, newRun, type RowOutcome } from './importer.js';
import type { DeletionItem, Item, SessionItem } from './items.js';
import { ImportJournal, type ImportRun, type ImportSettings } from './journal.js';

const kSettings: ImportSettings = {
    timezone: 'UTC',
    leaveOutOverlaps: false,
    restoreDeleted: false,
    applyDeletions: false,
};

function sessionItem(number: number, note?: string): SessionItem {
    const startedAt = new Date(Date.UTC(2020, 0, 1) + number * 3_600_000).toISOString();
    const id = `00000000-0000-5000-8000-${String(number).padStart(12, '0')}`;
    const session: ImportedSession = {
        id,
        kind: 'mindfulness',
        startedAt,
        durationSeconds: 600,
        ...(note && { note }),
    };
    return { type: 'session', place: { unit: 'line', number }, session, notices: [] };
}

async function* each(items: Item[]): AsyncGenerator<Item> {
    for (const item of items) yield await Promise.resolve(item);
}

const sessionItems = (count: number): SessionItem[] => Array.from({ length: count }, (_, i) => sessionItem(i + 1));

function busy(status: number): ProblemError {
    const problem = { type: 'about:blank', title: 'Busy', status, detail: '', code: 'busy', requestId: '1' };
    return new ProblemError(problem, 1);
}

/** What the server does with imports and deletions. */
class FakeServer {
    readonly stored = new Map<string, ImportedSession>();
    readonly deleted = new Set<string>();
    readonly replies = new Map<string, ImportResult[]>();
    imports: { key: string | undefined; count: number }[] = [];
    /** Called before each call; what it throws is the reply. */
    before: () => void = () => undefined;
    /** Called after each call; what it throws is a lost reply. */
    after: () => void = () => undefined;

    async import(
        sessions: ImportedSession[],
        options?: { idempotencyKey?: string | undefined },
    ): Promise<ImportResult[]> {
        await Promise.resolve();
        this.before();
        const key = options?.idempotencyKey;
        this.imports.push({ key, count: sessions.length });
        const results = this.replies.get(key ?? '') ?? sessions.map((session) => this.importOne(session));
        this.replies.set(key ?? '', results);
        this.after();
        return results;
    }

    async delete(id: string): Promise<void> {
        await Promise.resolve();
        this.before();
        if (!this.stored.delete(id)) throw busy(404);
        this.deleted.add(id);
    }

    private importOne(session: ImportedSession): ImportResult {
        const { id } = session;
        if (this.deleted.has(id)) return { id, outcome: 'deleted' };
        if (this.stored.has(id)) return { id, outcome: 'exists' };
        this.stored.set(id, session);
        return { id, outcome: 'created' };
    }
}

class Scene {
    readonly server = new FakeServer();
    journal: ImportJournal;
    importer: Importer;

    constructor(readonly storage: Storage = memoryStorage()) {
        this.journal = new ImportJournal(storage, 'ada');
        this.importer = new Importer(this.server, this.journal);
    }

    run(settings: Partial<ImportSettings> = {}): ImportRun {
        return newRun({ name: 'a.csv', size: 1, lastModified: 2 }, 'csv', { ...kSettings, ...settings });
    }

    async import(run: ImportRun, items: Item[]): Promise<RowOutcome[]> {
        const rows: RowOutcome[] = [];
        for await (const part of this.importer.import(run, each(items))) rows.push(...part);
        return rows;
    }

    async undo(run: ImportRun): Promise<number[]> {
        const progress: number[] = [];
        for await (const deleted of this.importer.undo(run)) progress.push(deleted);
        return progress;
    }
}

describe('batchesOf', () => {
    it('has at most 500 sessions and 7 MiB in a batch', async () => {
        const sizes = async (items: Item[]): Promise<number[]> => {
            const counts = [];
            for await (const { sessions } of batchesOf(each(items), false)) counts.push(sessions.length);
            return counts;
        };
        expect(await sizes(sessionItems(1001))).toEqual([500, 500, 1]);
        const large = Array.from({ length: 500 }, (_, i) => sessionItem(i, '\u0002'.repeat(2000))); // 12 kB each as JSON
        expect((await sizes([...large, ...large])).every((count) => count * 12_000 < 7.1 * 2 ** 20)).toBe(true);
    });
});

describe('Importer', () => {
    it('imports in batches, and once however often it is repeated', async () => {
        const scene = new Scene();
        const run = scene.run();
        const rows = await scene.import(run, sessionItems(700));
        expect(rows.filter(({ outcome }) => outcome === 'created')).toHaveLength(700);
        expect(rows[699]).toMatchObject({ place: { number: 700 }, session: { durationSeconds: 600 } });
        expect(scene.server.imports).toEqual([
            { key: `import-${run.id}-0`, count: 500 },
            { key: `import-${run.id}-1`, count: 200 },
        ]);
        expect(run).toMatchObject({ state: 'finished', batches: 2, totals: { created: 700, createdSeconds: 420_000 } });

        const again = scene.run();
        await scene.import(again, sessionItems(700));
        expect(again.totals).toMatchObject({ created: 0, exists: 700 });
    });

    it('reports what is not sent beside what is', async () => {
        const scene = new Scene();
        const overlapping: SessionItem = { ...sessionItem(3), notices: ['overlaps'] };
        const run = scene.run({ leaveOutOverlaps: true });
        const rows = await scene.import(run, [
            sessionItem(1),
            { type: 'problem', place: { unit: 'line', number: 2 }, code: 'bad_date', text: 'x' },
            overlapping,
        ]);
        expect(rows.map(({ place, outcome }) => [place.number, outcome])).toEqual([
            [1, 'created'],
            [2, 'problem'],
            [3, 'leftOut'],
        ]);
        expect(run.totals).toMatchObject({ created: 1, problems: 1, leftOut: 1 });
    });

    it('goes on after an interruption, and knows what was created although the reply was lost', async () => {
        const scene = new Scene();
        const run = scene.run();
        let calls = 0;
        scene.server.after = () => {
            if (++calls === 2) throw new Error('the connection broke');
        };
        await expect(scene.import(run, sessionItems(1200))).rejects.toThrow('the connection broke');
        expect(scene.server.stored.size).toBe(1000);

        const reloaded = new Scene(scene.storage);
        const [stored] = await reloaded.journal.runs();
        expect(stored).toMatchObject({ state: 'unfinished', batches: 1, totals: { created: 500 } });
        const importer = new Importer(scene.server, reloaded.journal);
        for await (const rows of importer.import(stored!, each(sessionItems(1200)))) void rows;
        expect(scene.server.imports.map(({ key }) => key?.at(-1))).toEqual(['0', '1', '1', '2']);
        expect(stored!.totals).toMatchObject({ created: 1200, exists: 0 });

        for await (const deleted of importer.undo(stored!)) void deleted;
        expect(scene.server.stored.size).toBe(0);
    });

    it('imports what is before the damage in a file', async () => {
        const scene = new Scene();
        const run = scene.run();
        async function* damaged(): AsyncGenerator<Item> {
            yield* each(sessionItems(3));
            throw new ImportError('truncated', 'It ends.');
        }
        const rows = scene.importer.import(run, damaged());
        expect((await rows.next()).value).toHaveLength(3);
        await expect(rows.next()).rejects.toMatchObject({ code: 'truncated' });
        expect(run).toMatchObject({ state: 'finished', totals: { created: 3 } });
    });

    it('waits as long as the server asks', async () => {
        const scene = new Scene();
        const waits: number[] = [];
        let refusals = 3;
        scene.server.before = () => {
            if (refusals-- > 0) throw busy(refusals ? 429 : 503);
        };
        const options = { onWait: (ms: number) => waits.push(ms) };
        for await (const rows of scene.importer.import(scene.run(), each(sessionItems(1)), options)) void rows;
        expect(waits).toEqual([1, 1, 1]);
        expect(scene.server.stored.size).toBe(1);
    });

    it('ends when it is aborted, and does not wait', async () => {
        const scene = new Scene();
        const controller = new AbortController();
        scene.server.before = () => {
            controller.abort(new Error('enough'));
            throw busy(429);
        };
        const rows = scene.importer.import(scene.run(), each(sessionItems(1)), { signal: controller.signal });
        await expect(rows.next()).rejects.toThrow('enough');
    });

    it('undoes what it created and leaves what was there before', async () => {
        const scene = new Scene();
        await scene.import(scene.run(), sessionItems(10));
        const run = scene.run();
        await scene.import(run, sessionItems(520));
        await scene.server.delete(sessionItem(515).session.id); // by hand in the meantime
        expect((await scene.undo(run)).at(-1)).toBe(510);
        expect(scene.server.stored.size).toBe(10);
        expect((await scene.journal.runs()).find(({ id }) => id === run.id)).toMatchObject({ state: 'undone' });
    });

    it('imports what was deleted again under the next id, if it is told to', async () => {
        const scene = new Scene();
        const first = scene.run();
        await scene.import(first, sessionItems(2));
        await scene.undo(first);

        const careful = scene.run();
        await scene.import(careful, sessionItems(2));
        expect(careful.totals).toMatchObject({ created: 0, deleted: 2 });

        const again = scene.run({ restoreDeleted: true });
        await scene.import(again, sessionItems(2));
        expect(again.totals).toMatchObject({ created: 2, deleted: 0 });
        expect([...scene.server.stored.keys()]).toEqual(sessionItems(2).map(({ session }) => successorId(session.id)));

        const harmless = scene.run({ restoreDeleted: true });
        await scene.import(harmless, sessionItems(2));
        expect(harmless.totals).toMatchObject({ created: 0, exists: 2 });
        await scene.undo(again);
        expect(scene.server.stored.size).toBe(0);
    });

    it('deletes what was deleted on the other server, if it is told to', async () => {
        const scene = new Scene();
        await scene.import(scene.run(), sessionItems(3));
        const deletions = [2, 9].map(
            (number): DeletionItem => ({
                type: 'deletion',
                place: { unit: 'item', number },
                id: sessionItem(number).session.id,
            }),
        );
        await scene.import(scene.run(), deletions);
        expect(scene.server.stored.size).toBe(3);
        const run = scene.run({ applyDeletions: true });
        expect(await scene.import(run, deletions)).toMatchObject([{ outcome: 'removed', place: { number: 2 } }]);
        expect(scene.server.stored.size).toBe(2);
    });

    it('can be undone as long as its page is open if the storage is full', async () => {
        const scene = new Scene({
            getItem: () => null,
            setItem: () => {
                throw new DOMException('full', 'QuotaExceededError');
            },
            removeItem: () => undefined,
        });
        const run = scene.run();
        await scene.import(run, sessionItems(3));
        expect(await scene.journal.runs()).toHaveLength(1);
        await scene.undo(run);
        expect(scene.server.stored.size).toBe(0);
    });

    it('remembers twenty imports', async () => {
        const scene = new Scene();
        for (let i = 0; i < 22; ++i) {
            const run = { ...scene.run(), startedAt: new Date(i).toISOString(), batches: 1 };
            await scene.journal.saveCreated(run, 0, ['x']);
            await scene.journal.save(run);
        }
        const runs = await scene.journal.runs();
        expect(runs).toHaveLength(20);
        expect(runs[0]?.startedAt).toBe(new Date(21).toISOString());
        await scene.journal.forget(runs[0]!);
        expect(await scene.journal.runs()).toHaveLength(19);
        expect(await scene.journal.created(runs[0]!, 0)).toEqual([]);
    });
});
