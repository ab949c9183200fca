// Archives (APPNOTE 6.3.10): the directory at the end names every entry with its place, sizes and CRC, so the entry that
// is wanted is read without the others, and a cut or damaged archive is noticed. Decompression is the platform's.

import { readAt, streamOf } from '../bytes.js';
import { ImportError } from '../errors.js';
import type { ReadOptions } from '../items.js';

export interface ZipEntry {
    name: string;
    encrypted: boolean;
    method: number;
    crc: number;
    compressedSize: number;
    size: number;
    /** Where its local header begins. */
    offset: number;
}

const kLocalHeader = 0x04034b50;
const kDirectoryEntry = 0x02014b50;
const kDirectoryEnd = 0x06054b50;
const kDirectoryEnd64 = 0x06064b50;
const kLocator64 = 0x07064b50;
const kLargestDirectory = 64 << 20;
const kInExtraField = 0xffffffff;

const damaged = (what: string): ImportError => new ImportError('damaged', `The archive is damaged: ${what}.`);
const truncated = (): ImportError => new ImportError('truncated', 'The archive is cut off.');

function viewOf(bytes: Uint8Array): DataView {
    return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

// Sizes and offsets of 64 bits; files beyond 2^53 bytes do not exist.
const uint64 = (view: DataView, at: number): number => Number(view.getBigUint64(at, true));

async function findDirectory(file: Blob): Promise<{ offset: number; size: number }> {
    const start = Math.max(0, file.size - 65_557);
    const tail = viewOf(await readAt(file, start, 65_557));
    for (let at = tail.byteLength - 22; at >= 0; --at) {
        if (tail.getUint32(at, true) !== kDirectoryEnd) continue;
        if (at + 22 + tail.getUint16(at + 20, true) > tail.byteLength) continue;
        if (at >= 20 && tail.getUint32(at - 20, true) === kLocator64) {
            const end = viewOf(await readAt(file, uint64(tail, at - 12), 56));
            if (end.byteLength < 56 || end.getUint32(0, true) !== kDirectoryEnd64)
                throw damaged('its directory is missing');
            return { size: uint64(end, 40), offset: uint64(end, 48) };
        }
        return { size: tail.getUint32(at + 12, true), offset: tail.getUint32(at + 16, true) };
    }
    throw truncated();
}

// The fields that do not fit 32 bits stand in the extra field 1, in this order.
function readLargeFields(entry: ZipEntry, view: DataView, from: number, to: number): void {
    for (let at = from; at + 4 <= to; ) {
        const size = view.getUint16(at + 2, true);
        if (view.getUint16(at, true) === 1) {
            let next = at + 4;
            for (const field of ['size', 'compressedSize', 'offset'] as const)
                if (entry[field] === kInExtraField && next + 8 <= to) {
                    entry[field] = uint64(view, next);
                    next += 8;
                }
        }
        at += 4 + size;
    }
}

/** The entries of an archive. */
export async function readZipDirectory(file: Blob): Promise<ZipEntry[]> {
    const { offset, size } = await findDirectory(file);
    if (size > kLargestDirectory || offset + size > file.size) throw damaged('its directory is outside of it');
    const bytes = await readAt(file, offset, size);
    const view = viewOf(bytes);
    const entries: ZipEntry[] = [];
    for (let at = 0; at + 46 <= size; ) {
        if (view.getUint32(at, true) !== kDirectoryEntry) throw damaged('its directory cannot be read');
        const nameEnd = at + 46 + view.getUint16(at + 28, true);
        const extraEnd = nameEnd + view.getUint16(at + 30, true);
        if (extraEnd > size) throw damaged('its directory cannot be read');
        const entry: ZipEntry = {
            name: new TextDecoder().decode(bytes.subarray(at + 46, nameEnd)),
            encrypted: (view.getUint16(at + 8, true) & 1) === 1,
            method: view.getUint16(at + 10, true),
            crc: view.getUint32(at + 16, true),
            compressedSize: view.getUint32(at + 20, true),
            size: view.getUint32(at + 24, true),
            offset: view.getUint32(at + 42, true),
        };
        readLargeFields(entry, view, nameEnd, extraEnd);
        entries.push(entry);
        at = extraEnd + view.getUint16(at + 32, true);
    }
    return entries;
}

const kCrcTable = Uint32Array.from({ length: 256 }, (_, index) => {
    let value = index;
    for (let bit = 0; bit < 8; ++bit) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
    return value;
});

// Passes the content on and compares it with the directory at its end.
function verified(entry: ZipEntry): TransformStream<Uint8Array, Uint8Array> {
    let crc = 0xffffffff;
    let size = 0;
    return new TransformStream({
        transform(chunk, controller) {
            for (let i = 0; i < chunk.length; ++i) crc = (crc >>> 8) ^ (kCrcTable[(crc ^ (chunk[i] ?? 0)) & 0xff] ?? 0);
            size += chunk.length;
            if (size > entry.size) throw damaged(`${entry.name} is longer than its directory says`);
            controller.enqueue(chunk);
        },
        flush() {
            if (size !== entry.size || (crc ^ 0xffffffff) >>> 0 !== entry.crc)
                throw damaged(`${entry.name} has another content than its directory says`);
        },
    });
}

/** The content of an entry. The stream fails at its end if the content is not what the directory says. */
export async function openZipEntry(
    file: Blob,
    entry: ZipEntry,
    options: ReadOptions,
): Promise<ReadableStream<Uint8Array>> {
    if (entry.encrypted) throw new ImportError('encrypted', 'The archive is protected by a password.');
    const header = viewOf(await readAt(file, entry.offset, 30));
    if (header.byteLength < 30) throw truncated();
    if (header.getUint32(0, true) !== kLocalHeader) throw damaged(`${entry.name} is not where its directory says`);
    const start = entry.offset + 30 + header.getUint16(26, true) + header.getUint16(28, true);
    if (start + entry.compressedSize > file.size) throw truncated();
    const content = streamOf(file.slice(start, start + entry.compressedSize), {
        ...options,
        onProgress: (bytes) => options.onProgress?.(start + bytes),
    });
    if (entry.method === 0) return content.pipeThrough(verified(entry));
    if (entry.method !== 8)
        throw new ImportError('unsupported', 'The archive is compressed in a way that is not read.');
    return content
        .pipeThrough(new DecompressionStream('deflate-raw') as ReadableWritablePair<Uint8Array, Uint8Array>)
        .pipeThrough(verified(entry));
}
