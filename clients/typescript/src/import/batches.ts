// Items in portions that one call of the import takes.

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

/** The same items always make the same batches, so that an interrupted import can go on where it was. */
export async function* batchesOf(items: AsyncIterable<Item>, leaveOutOverlaps: boolean): AsyncGenerator<Batch> {
    const encoder = new TextEncoder();
    let batch = emptyBatch();
    let bytes = 0;
    for await (const item of items) {
        switch (item.type) {
            case 'session': {
                if (leaveOutOverlaps && item.notices.includes('overlaps')) {
                    batch.leftOut.push(item);
                    break;
                }
                const size = encoder.encode(JSON.stringify(item.session)).length + 1;
                if (batch.sessions.length === kMostSessions || bytes + size > kMostBytes) {
                    yield batch;
                    batch = emptyBatch();
                    bytes = 0;
                }
                batch.sessions.push(item);
                bytes += size;
                break;
            }
            case 'deletion':
                batch.deletions.push(item);
                break;
            case 'problem':
                batch.problems.push(item);
                break;
            case 'profile':
        }
        if (
            batch.deletions.length === kMostDeletions ||
            batch.problems.length + batch.leftOut.length >= kMostProblems
        ) {
            yield batch;
            batch = emptyBatch();
            bytes = 0;
        }
    }
    if (batch.sessions.length + batch.deletions.length + batch.problems.length + batch.leftOut.length > 0) yield batch;
}
