// Sends what a reader yields to the server, in batches whose outcome is known even if a reply is lost.

import { ProblemError } from '../errors.js';
import { wait } from '../http/waiting.js';
import { newId } from '../ids.js';
import type { Sessions } from '../resources/sessions.js';
import type { ImportResult } from '../types.js';
import { batchesOf, type Batch } from './batches.js';
import { ImportError } from './errors.js';
import { successorId } from './ids.js';
import type { FileKind, Item, Place, RowNoticeCode, RowProblemCode, SessionItem } from './items.js';
import type { ImportJournal, ImportRun, ImportSettings } from './journal.js';

/** What has become of a row of the file. */
export interface RowOutcome {
    place: Place;
    outcome: ImportResult['outcome'] | 'problem' | 'leftOut' | 'removed';
    /** What is in the file, for rows that are no session. */
    text?: string;
    problem?: RowProblemCode;
    session?: SessionItem['session'];
    notices?: RowNoticeCode[];
    /** Sessions of the user that it overlaps. */
    overlaps?: string[];
    errors?: NonNullable<ImportResult['errors']>;
}

export interface ImportOptions {
    signal?: AbortSignal;
    /** Called when the server asks to wait. */
    onWait?: (ms: number) => void;
}

const kMostWaits = 30; // one after another
const kUsualWaitMs = 5_000;
const kMostSuccessors = 8;
const kParallelDeletions = 4;

/** A new import of a file. Nothing is sent or stored yet. */
export function newRun(file: ImportRun['file'], kind: FileKind, settings: ImportSettings): ImportRun {
    const { name, size, lastModified } = file;
    const totals = {
        created: 0,
        createdSeconds: 0,
        exists: 0,
        conflict: 0,
        deleted: 0,
        invalid: 0,
        problems: 0,
        leftOut: 0,
        removed: 0,
        overlaps: 0,
    };
    const startedAt = new Date().toISOString();
    return {
        id: newId(),
        file: { name, size, lastModified },
        kind,
        settings,
        startedAt,
        state: 'unfinished',
        batches: 0,
        totals,
    };
}

/** Imports and undoes imports, for one user. */
export class Importer {
    readonly #sessions: Pick<Sessions, 'import' | 'delete'>;
    readonly #journal: ImportJournal;

    constructor(sessions: Pick<Sessions, 'import' | 'delete'>, journal: ImportJournal) {
        this.#sessions = sessions;
        this.#journal = journal;
    }

    /**
     * Imports the items, and yields what has become of the rows of each batch. `run` is kept up to date. An import that
     * was interrupted goes on with the same run and the same items: those that the server has taken are not sent again,
     * and a batch whose reply was lost gets the same reply, within 24 hours. Throws what reading throws; if that is an
     * ImportError, what was before it is imported.
     */
    async *import(
        run: ImportRun,
        items: AsyncIterable<Item>,
        options: ImportOptions = {},
    ): AsyncGenerator<RowOutcome[]> {
        await this.#journal.save(run);
        try {
            let number = 0;
            for await (const batch of batchesOf(items, run.settings.leaveOutOverlaps)) {
                if (number++ < run.batches) continue;
                const rows = await this.#send(run, batch, options);
                const created = rows.filter(({ outcome }) => outcome === 'created').map(({ session }) => session!.id);
                await this.#journal.saveCreated(run, run.batches, created);
                count(run, rows);
                run.batches = number;
                await this.#journal.save(run);
                yield rows;
            }
        } catch (error) {
            if (error instanceof ImportError) await this.#finish(run); // the file has no more
            throw error;
        }
        await this.#finish(run);
    }

    /** Deletes what an import has created, and yields how many sessions that were so far. It can be interrupted and repeated. */
    async *undo(run: ImportRun, options: ImportOptions = {}): AsyncGenerator<number> {
        let deleted = 0;
        for (let batch = run.batches; batch >= 0; --batch) {
            const ids = await this.#journal.created(run, batch);
            for (let at = 0; at < ids.length; at += kParallelDeletions) {
                const part = ids.slice(at, at + kParallelDeletions);
                await Promise.all(part.map((id) => this.#delete(id, options)));
                deleted += part.length;
                yield deleted;
            }
            await this.#journal.forgetCreated(run, batch);
        }
        run.state = 'undone';
        await this.#journal.save(run);
    }

    async #finish(run: ImportRun): Promise<void> {
        run.state = 'finished';
        await this.#journal.save(run);
    }

    async #send(run: ImportRun, batch: Batch, options: ImportOptions): Promise<RowOutcome[]> {
        const key = `import-${run.id}-${run.batches}`;
        const rows: RowOutcome[] = [
            ...batch.problems.map(({ place, code, text }) => ({
                place,
                outcome: 'problem' as const,
                problem: code,
                text,
            })),
            ...batch.leftOut.map((item) => ({ ...aboutSession(item), outcome: 'leftOut' as const })),
            ...(await this.#sendSessions(batch.sessions, key, options)),
        ].sort((a, b) => a.place.number - b.place.number);
        if (run.settings.restoreDeleted) await this.#restore(rows, key, options);
        if (run.settings.applyDeletions)
            for (const { place, id } of batch.deletions)
                if (await this.#delete(id, options)) rows.push({ place, outcome: 'removed', text: id });
        return rows;
    }

    async #sendSessions(items: SessionItem[], key: string, options: ImportOptions): Promise<RowOutcome[]> {
        if (items.length === 0) return [];
        const sessions = items.map(({ session }) => session);
        const results = await patiently(options, () =>
            this.#sessions.import(sessions, { idempotencyKey: key, signal: options.signal }),
        );
        return items.map((item, index) => {
            const { outcome, overlaps, errors } = results[index]!;
            return { ...aboutSession(item), outcome, ...(overlaps && { overlaps }), ...(errors && { errors }) };
        });
    }

    // Ids of deleted sessions are gone for good, and so may be the next one that follows from them.
    async #restore(rows: RowOutcome[], key: string, options: ImportOptions): Promise<void> {
        for (let round = 1; round <= kMostSuccessors; ++round) {
            const gone = rows.flatMap((row, index) => (row.outcome === 'deleted' ? [index] : []));
            const items = gone.map((index): SessionItem => {
                const { place, session, notices = [] } = rows[index]!;
                return { type: 'session', place, notices, session: { ...session!, id: successorId(session!.id) } };
            });
            const again = await this.#sendSessions(items, `${key}-${round}`, options);
            gone.forEach((index, at) => (rows[index] = again[at]!));
        }
    }

    // Whether it was there.
    async #delete(id: string, options: ImportOptions): Promise<boolean> {
        try {
            await patiently(options, () => this.#sessions.delete(id, { signal: options.signal }));
            return true;
        } catch (error) {
            if (error instanceof ProblemError && error.status === 404) return false;
            throw error;
        }
    }
}

function aboutSession({ place, session, notices }: SessionItem): Pick<RowOutcome, 'place' | 'session' | 'notices'> {
    return { place, session, notices };
}

function count({ totals }: ImportRun, rows: RowOutcome[]): void {
    for (const { outcome, session, overlaps } of rows) {
        ++totals[outcome === 'problem' ? 'problems' : outcome];
        if (outcome === 'created') totals.createdSeconds += session!.durationSeconds;
        if (overlaps) ++totals.overlaps;
    }
}

// An import has time: it waits as long as the server asks, which single calls do not.
async function patiently<T>({ signal, onWait }: ImportOptions, call: () => Promise<T>): Promise<T> {
    for (let waits = 0; ; ++waits)
        try {
            return await call();
        } catch (error) {
            const isBusy = error instanceof ProblemError && (error.status === 429 || error.status === 503);
            if (!isBusy || waits === kMostWaits) throw error;
            const ms = error.retryAfterMs ?? kUsualWaitMs;
            onWait?.(ms);
            await wait(ms * (1 + Math.random() / 4), signal); // several tabs or devices do not come back together
        }
}
