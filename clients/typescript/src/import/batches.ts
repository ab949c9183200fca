// Items in portions that one call of the import takes.

import { ImportError } from './errors.js';
import type { DeletionItem, Item, ProblemItem, SessionItem } from './items.js';

export interface Batch {
    sessions: SessionItem[];
    deletions: DeletionItem[];
    /** What is not sent, with why: between the sessions of this batch and of the one before. */
    problems: ProblemItem[];
    leftOut: SessionItem[];
}

const kMostSessions = 500;
// The API takes 8 MiB.
const kMostBytes = 7 << 20;
const kMostDeletions = 100;
const kMostProblems = 500;

const emptyBatch = (): Batch => ({ sessions: [], deletions: [], problems: [], leftOut: [] });

/**
 * The same items always make the same batches, so that an interrupted import can go on where it was. If the file turns out
 * to be damaged, what was before it comes first.
 */
export async function* batchesOf(items: AsyncIterable<Item>, leaveOutOverlaps: boolean): AsyncGenerator<Batch> {
    const encoder = new TextEncoder();
    let batch = emptyBatch();
    let bytes = 0;
    const take = (): Batch => {
        const full = batch;
        batch = emptyBatch();
        bytes = 0;
        return full;
    };
    let fault: ImportError | undefined;
    try {
        for await (const item of items) {
            if (item.type === 'deletion') batch.deletions.push(item);
            else if (item.type === 'problem') batch.problems.push(item);
            else if (item.type === 'session') {
                if (leaveOutOverlaps && item.notices.includes('overlaps')) batch.leftOut.push(item);
                else {
                    const size = encoder.encode(JSON.stringify(item.session)).length + 1;
                    if (batch.sessions.length === kMostSessions || bytes + size > kMostBytes) yield take();
                    batch.sessions.push(item);
                    bytes += size;
                }
            }
            const { deletions, problems, leftOut } = batch;
            if (deletions.length === kMostDeletions || problems.length + leftOut.length >= kMostProblems) yield take();
        }
    } catch (error) {
        if (!(error instanceof ImportError)) throw error;
        fault = error;
    }
    if (batch.sessions.length + batch.deletions.length + batch.problems.length + batch.leftOut.length > 0) yield take();
    if (fault) throw fault;
}
