// Archives as phones write them, for tests of the readers.
import { deflateRawSync } from 'node:zlib';

import { Zip, ZipDeflate } from 'fflate';

// Slow and short; older versions of Node.js have none.
function crc32(bytes: Uint8Array): number {
    let crc = ~0;
    for (const byte of bytes) {
        crc ^= byte;
        for (let bit = 0; bit < 8; ++bit) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
    }
    return ~crc >>> 0;
}

/** With sizes and CRC behind each entry, as a program writes an archive that it streams; Apple's are such. */
export function streamedZip(files: Record<string, Uint8Array | string>): Blob {
    const parts: Uint8Array<ArrayBuffer>[] = [];
    const zip = new Zip((error, chunk) => {
        if (error) throw error;
        parts.push(new Uint8Array(chunk));
    });
    for (const [name, content] of Object.entries(files)) {
        const entry = new ZipDeflate(name, { level: 6 });
        zip.add(entry);
        entry.push(typeof content === 'string' ? new TextEncoder().encode(content) : content, true);
    }
    zip.end();
    return new Blob(parts);
}

export interface Zip64Options {
    /** Instead of the content's own. */
    crc?: number;
    flags?: number;
    method?: number;
}

/** An archive of one file in the form that is needed above 4 GiB, compressed beforehand if it is large. */
export function zip64(
    name: string,
    content: Uint8Array | { deflated: Blob; size: number; crc: number },
    options: Zip64Options = {},
): Blob {
    const isRaw = content instanceof Uint8Array;
    const deflated = isRaw ? new Blob([new Uint8Array(deflateRawSync(content))]) : content.deflated;
    const size = isRaw ? content.length : content.size;
    const crc = options.crc ?? (isRaw ? crc32(content) : content.crc);
    const { flags = 0, method = 8 } = options;
    const nameBytes = Buffer.from(name);
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(nameBytes.length, 26);
    const directoryAt = 30 + nameBytes.length + deflated.size;

    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x02014b50, 0);
    entry.writeUInt16LE(flags, 8);
    entry.writeUInt16LE(method, 10);
    entry.writeUInt32LE(crc, 16);
    entry.writeUInt32LE(0xffffffff, 20);
    entry.writeUInt32LE(0xffffffff, 24);
    entry.writeUInt16LE(nameBytes.length, 28);
    entry.writeUInt16LE(20, 30);
    const extra = Buffer.alloc(20);
    extra.writeUInt16LE(1, 0);
    extra.writeUInt16LE(16, 2);
    extra.writeBigUInt64LE(BigInt(size), 4);
    extra.writeBigUInt64LE(BigInt(deflated.size), 12);
    const directorySize = 46 + nameBytes.length + 20;

    const end64 = Buffer.alloc(56);
    end64.writeUInt32LE(0x06064b50, 0);
    end64.writeBigUInt64LE(BigInt(directorySize), 40);
    end64.writeBigUInt64LE(BigInt(directoryAt), 48);
    const locator = Buffer.alloc(20);
    locator.writeUInt32LE(0x07064b50, 0);
    locator.writeBigUInt64LE(BigInt(directoryAt + directorySize), 8);
    const end = Buffer.alloc(22);
    end.writeUInt32LE(0x06054b50, 0);
    end.fill(0xff, 8, 20);
    return new Blob([local, nameBytes, deflated, entry, nameBytes, extra, end64, locator, end]);
}
