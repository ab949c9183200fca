// What is kept of imports on this device: enough to go on after an interruption, and to undo one as a whole.

import type { Storage } from '../storage/storage.js';
import type { FileKind } from './items.js';

export interface ImportTotals {
    created: number;
    createdSeconds: number;
    /** Were there already. */
    exists: number;
    /** Are there with other content, which stays. */
    conflict: number;
    /** Had been deleted on the server before. */
    deleted: number;
    invalid: number;
    /** Rows of the file that are no session. */
    problems: number;
    /** Overlapping ones, if they were to be left out. */
    leftOut: number;
    /** Deleted on the server because the export says so. */
    removed: number;
    /** Created ones that overlap another session. */
    overlaps: number;
}

/** How a file is to be imported. Going on with an import uses the same again. */
export interface ImportSettings {
    timezone: string;
    /** Leaves out sessions that overlap an earlier one of the file. */
    leaveOutOverlaps: boolean;
    /** Imports sessions that were deleted here before, under new ids. */
    restoreDeleted: boolean;
    /** Deletes here what an export of Mind Space has among its deleted sessions. */
    applyDeletions: boolean;
    /** How a CSV file is read (CsvLayout, CsvMapping), as JSON. */
    csv?: string;
}

export interface ImportRun {
    id: string;
    file: { name: string; size: number; lastModified: number };
    kind: FileKind;
    settings: ImportSettings;
    startedAt: string;
    state: 'unfinished' | 'finished' | 'undone';
    /** How many batches the server has taken. */
    batches: number;
    totals: ImportTotals;
}

const kMostRuns = 20;

/** The imports of one user on this device. If the storage fails, the journal lasts as long as its page. */
export class ImportJournal {
    readonly #storage: Storage;
    readonly #name: string;
    /** What the storage did not take. */
    readonly #unsaved = new Map<string, string>();

    constructor(storage: Storage, userId: string) {
        this.#storage = storage;
        this.#name = `mindspace:imports:${userId}`;
    }

    /** Newest first. */
    async runs(): Promise<ImportRun[]> {
        return JSON.parse((await this.#get(this.#name)) ?? '[]') as ImportRun[];
    }

    /** Stores what has become of an import. Beyond 20 the oldest is forgotten. */
    async save(run: ImportRun): Promise<void> {
        const others = (await this.runs()).filter(({ id }) => id !== run.id);
        const runs = [run, ...others].sort((a, b) => b.startedAt.localeCompare(a.startedAt));
        for (const forgotten of runs.splice(kMostRuns)) await this.#forgetCreated(forgotten);
        await this.#set(this.#name, JSON.stringify(runs));
    }

    /** Forgets an import; its sessions stay. */
    async forget(run: ImportRun): Promise<void> {
        await this.#forgetCreated(run);
        await this.#set(this.#name, JSON.stringify((await this.runs()).filter(({ id }) => id !== run.id)));
    }

    async saveCreated(run: ImportRun, batch: number, ids: string[]): Promise<void> {
        await this.#set(this.#batchName(run, batch), ids.join(' '));
    }

    /** The sessions that a batch has created. */
    async created(run: ImportRun, batch: number): Promise<string[]> {
        const ids = await this.#get(this.#batchName(run, batch));
        return ids ? ids.split(' ') : [];
    }

    async forgetCreated(run: ImportRun, batch: number): Promise<void> {
        this.#unsaved.delete(this.#batchName(run, batch));
        await this.#attempt(() => this.#storage.removeItem(this.#batchName(run, batch)));
    }

    #batchName(run: ImportRun, batch: number): string {
        return `${this.#name}:${run.id}:${batch}`;
    }

    async #forgetCreated(run: ImportRun): Promise<void> {
        for (let batch = 0; batch <= run.batches; ++batch) await this.forgetCreated(run, batch);
    }

    async #get(name: string): Promise<string | null> {
        const unsaved = this.#unsaved.get(name);
        if (unsaved !== undefined) return unsaved;
        let value: string | null = null;
        await this.#attempt(async () => (value = await this.#storage.getItem(name)));
        return value;
    }

    async #set(name: string, value: string): Promise<void> {
        const saved = await this.#attempt(() => this.#storage.setItem(name, value));
        if (saved) this.#unsaved.delete(name);
        else this.#unsaved.set(name, value);
    }

    async #attempt(action: () => unknown): Promise<boolean> {
        try {
            await action();
            return true;
        } catch {
            return false; // full or forbidden
        }
    }
}
