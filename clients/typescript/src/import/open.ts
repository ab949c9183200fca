// A file of unknown kind: what it is, by its content and not by its name.

import { readAt, chunksOf } from './bytes.js';
import { inspectCsv, type CsvLayout } from './csv/layout.js';
import { guessMapping, type CsvChoice, type CsvMapping } from './csv/mapping.js';
import { isComplete, readCsv } from './csv/reader.js';
import { ImportError } from './errors.js';
import { readAppleHealth, readAppleHealthXml } from './files/apple-health.js';
import { readHealthConnect } from './files/health-connect.js';
import { readMindSpace } from './files/mindspace.js';
import { isSqlite } from './files/sqlite.js';
import { openZipEntry, readZipDirectory, type ZipEntry } from './files/zip.js';
import type { FileKind, Item, ReadOptions } from './items.js';

/** A file that can be read, as often as wanted. */
export interface ImportFile {
    kind: FileKind;
    /** The bytes that a complete reading takes, for its progress. */
    size: number;
    read(options: ReadOptions): AsyncGenerator<Item>;
}

export interface CsvFile extends ImportFile {
    kind: 'csv';
    layout: CsvLayout;
    mapping: CsvMapping;
    /** What the file allows more than one reading of: people should look at it. */
    uncertain: CsvChoice[];
    /** The same file, read in another way. */
    with(change: { layout?: CsvLayout; mapping?: CsvMapping }): CsvFile;
}

export interface OpenOptions {
    /** BCP 47: whether 01/02 is in January or in February if nothing else tells. */
    locale?: string;
    /** Called with the bytes read while an archive is unpacked, before anything of it can be read. */
    onProgress?: (bytes: number) => void;
    signal?: AbortSignal;
}

const kHeadBytes = 4096;

/** Finds out what a file is. Throws ImportError if it is none of the kinds that can be imported. */
export async function openFile(file: Blob, options: OpenOptions = {}): Promise<ImportFile | CsvFile> {
    const head = await readAt(file, 0, kHeadBytes);
    if (head.length === 0) throw new ImportError('empty', 'The file is empty.');
    if (startsWith(head, [0x50, 0x4b, 3, 4]) || startsWith(head, [0x50, 0x4b, 5, 6])) return openArchive(file, options);
    if (isSqlite(head)) return healthConnect(file);
    const text = new TextDecoder()
        .decode(head)
        .replace(/^\ufeff/, '')
        .trimStart();
    if (text.startsWith('<')) {
        if (!isAppleHealth(text)) throw unrecognised();
        return { kind: 'appleHealth', size: file.size, read: (reading) => readAppleHealth(file, reading) };
    }
    if (text.startsWith('{')) {
        if (!/^\{\s*"exportedAt"/.test(text)) throw unrecognised();
        return { kind: 'mindspace', size: file.size, read: (reading) => readMindSpace(file, reading) };
    }
    const layout = await inspectCsv(file);
    if (layout.columns.length < 2 || layout.sample.length === 0 || hasBinary(layout)) throw unrecognised();
    return csvFile(file, layout, guessMapping(layout, options.locale));
}

function unrecognised(): ImportError {
    return new ImportError('unrecognised', 'The file is of no kind that can be imported.');
}

const startsWith = (bytes: Uint8Array, start: number[]): boolean => start.every((byte, index) => bytes[index] === byte);
const isAppleHealth = (text: string): boolean => /<HealthData\b|<!DOCTYPE HealthData\b/.test(text);

const hasBinary = ({ sample }: CsvLayout): boolean =>
    sample.some(({ cells }) => cells.some((cell) => cell.includes('\0')));

function csvFile(file: Blob, layout: CsvLayout, guess: { mapping: CsvMapping; uncertain: CsvChoice[] }): CsvFile {
    return {
        kind: 'csv',
        size: file.size,
        layout,
        ...guess,
        read: (reading) => readCsv(file, layout, guess.mapping, reading),
        with: (change) =>
            csvFile(file, change.layout ?? layout, { ...guess, mapping: change.mapping ?? guess.mapping }),
    };
}

function healthConnect(file: Blob): ImportFile {
    return { kind: 'healthConnect', size: file.size, read: (reading) => readHealthConnect(file, reading) };
}

// Apple names the file in the language of the phone, so it is found by its beginning.
async function openArchive(file: Blob, options: OpenOptions): Promise<ImportFile> {
    const entries = await readZipDirectory(file);
    for (const entry of entries.filter(({ name }) => /\.xml$/i.test(name) && !/export_cda\.xml$/i.test(name)))
        if (isAppleHealth(await headOf(file, entry)))
            return {
                kind: 'appleHealth',
                size: entry.offset + entry.compressedSize,
                read: (reading) => readEntry(file, entry, reading),
            };
    const database = entries.find(({ name }) => /\.db$/i.test(name));
    if (database) return healthConnect(await unpacked(file, database, options));
    throw new ImportError('nothing_inside', 'The archive has nothing that can be imported.');
}

async function* readEntry(file: Blob, entry: ZipEntry, options: ReadOptions): AsyncGenerator<Item> {
    yield* readAppleHealthXml(await openZipEntry(file, entry, options), options);
}

async function headOf(file: Blob, entry: ZipEntry): Promise<string> {
    const decoder = new TextDecoder();
    let text = '';
    for await (const chunk of chunksOf(await openZipEntry(file, entry, { timezone: 'UTC' }))) {
        text += decoder.decode(chunk, { stream: true });
        if (text.length >= kHeadBytes) break;
    }
    return text.slice(0, kHeadBytes);
}

// Pages of a database are read in any order, so it is unpacked into a blob, which browsers keep on disk when it is large.
async function unpacked(file: Blob, entry: ZipEntry, options: OpenOptions): Promise<Blob> {
    const content = await openZipEntry(file, entry, { timezone: 'UTC', ...options });
    const parts: Blob[] = [];
    let pending: Uint8Array<ArrayBuffer>[] = [];
    let size = 0;
    const flush = (): void => {
        parts.push(new Blob(pending));
        pending = [];
        size = 0;
    };
    for await (const chunk of chunksOf(content, options.signal)) {
        pending.push(new Uint8Array(chunk));
        size += chunk.length;
        if (size >= 4 << 20) flush();
    }
    flush();
    return new Blob(parts);
}

export { isComplete };
