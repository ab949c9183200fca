// Tables of a SQLite database, read from its file page by page (https://www.sqlite.org/fileformat2.html). SQLite itself
// would need the whole file in memory, half a megabyte of WebAssembly, and a page whose policy allows that. Reads tables
// with row ids only; never writes.

import { readAt } from '../bytes.js';
import { ImportError } from '../errors.js';
import { parseColumns, type Column } from './sqlite-schema.js';

export type SqliteValue = number | string | Uint8Array | null;
export type SqliteRow = { rowId: number; values: Record<string, SqliteValue> };

const kMagic = 'SQLite format 3\0';
const kDeepestTree = 20; // of a table of any size
const kLargestRow = 16 << 20;
const kInteriorTable = 5;
const kLeafTable = 13;
const kIntegerSizes = [0, 1, 2, 3, 4, 6, 8];

const damaged = (what: string): ImportError => new ImportError('damaged', `The database is damaged: ${what}.`);

/** Whether a file begins like a database. */
export function isSqlite(head: Uint8Array): boolean {
    return new TextDecoder('latin1').decode(head.subarray(0, 16)) === kMagic;
}

class Page {
    readonly view: DataView;

    constructor(
        readonly bytes: Uint8Array,
        readonly header: number, // 100 on the first page, which begins with the header of the file
    ) {
        this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    }

    /** A big-endian integer of up to nine bytes, seven bits each. */
    varint(at: number): { value: number; next: number } {
        let value = 0;
        for (let i = 0; i < 8; ++i) {
            const byte = this.view.getUint8(at + i);
            value = value * 128 + (byte & 0x7f);
            if (byte < 0x80) return { value, next: at + i + 1 };
        }
        return { value: value * 256 + this.view.getUint8(at + 8), next: at + 9 };
    }

    *cells(): Generator<number> {
        const count = this.view.getUint16(this.header + 3);
        const pointers = this.header + (this.view.getUint8(this.header) === kInteriorTable ? 12 : 8);
        for (let i = 0; i < count; ++i) yield this.view.getUint16(pointers + 2 * i);
    }
}

export class SqliteFile {
    private constructor(
        private readonly file: Blob,
        private readonly pageSize: number,
        private readonly usableSize: number,
        private readonly encoding: string,
    ) {}

    /** Opens a database; only its header is read. */
    static async open(file: Blob): Promise<SqliteFile> {
        const head = await readAt(file, 0, 100);
        if (head.length < 100 || !isSqlite(head)) throw damaged('it does not begin like one');
        const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
        const written = view.getUint16(16);
        const pageSize = written === 1 ? 65_536 : written;
        if (pageSize < 512 || (pageSize & (pageSize - 1)) !== 0) throw damaged('its page size is impossible');
        if (view.getUint32(28) * pageSize > file.size) throw new ImportError('truncated', 'The database is cut off.');
        const encoding = ['utf-8', 'utf-8', 'utf-16le', 'utf-16be'][view.getUint32(56)];
        if (encoding === undefined) throw damaged('its encoding is unknown');
        return new SqliteFile(file, pageSize, pageSize - view.getUint8(20), encoding);
    }

    /** The rows of a table in the order of their ids, or undefined if there is no such table. */
    async table(name: string): Promise<AsyncGenerator<SqliteRow> | undefined> {
        const schema: Column[] = ['type', 'name', 'tbl_name', 'rootpage', 'sql'].map((column) => ({
            name: column,
            rowId: false,
        }));
        for await (const { values } of this.rows(1, schema)) {
            if (values['type'] !== 'table' || values['name'] !== name) continue;
            return this.rows(Number(values['rootpage']), parseColumns(String(values['sql'])));
        }
        return undefined;
    }

    private async page(number: number): Promise<Page> {
        const offset = (number - 1) * this.pageSize;
        if (number < 1 || offset + this.pageSize > this.file.size) throw damaged(`it refers to page ${number}`);
        return new Page(await readAt(this.file, offset, this.pageSize), number === 1 ? 100 : 0);
    }

    private async *rows(root: number, columns: Column[], depth = 0): AsyncGenerator<SqliteRow> {
        if (depth > kDeepestTree) throw damaged('a table refers to itself');
        const page = await this.page(root);
        try {
            switch (page.view.getUint8(page.header)) {
                case kInteriorTable:
                    for (const cell of page.cells()) yield* this.rows(page.view.getUint32(cell), columns, depth + 1);
                    yield* this.rows(page.view.getUint32(page.header + 8), columns, depth + 1);
                    return;
                case kLeafTable:
                    for (const cell of page.cells()) yield await this.row(page, cell, columns);
                    return;
                default:
                    throw damaged(`page ${root} is not of a table`);
            }
        } catch (error) {
            if (error instanceof RangeError) throw damaged(`page ${root} cannot be read`);
            throw error;
        }
    }

    private async row(page: Page, cell: number, columns: Column[]): Promise<SqliteRow> {
        const size = page.varint(cell);
        const rowId = page.varint(size.next);
        const record = new Page(await this.payload(page, rowId.next, size.value), 0);
        const header = record.varint(0);
        const values: Record<string, SqliteValue> = {};
        let type = header.next;
        let content = header.value;
        for (const column of columns) {
            values[column.name] = null; // a row from before its table got the column ends earlier
            if (type < header.value) {
                const serial = record.varint(type);
                type = serial.next;
                const value = this.value(record, serial.value, content);
                content += value.size;
                values[column.name] = value.value;
            }
            if (column.rowId) values[column.name] = rowId.value;
        }
        return { rowId: rowId.value, values };
    }

    // The beginning of a row stands in its cell, the rest in a chain of pages.
    private async payload(page: Page, at: number, size: number): Promise<Uint8Array> {
        if (size > kLargestRow) throw damaged('a row is impossibly large');
        const most = this.usableSize - 35;
        if (size <= most) {
            if (at + size > page.bytes.length) throw new RangeError();
            return page.bytes.subarray(at, at + size);
        }
        const least = Math.floor(((this.usableSize - 12) * 32) / 255) - 23;
        const wanted = least + ((size - least) % (this.usableSize - 4));
        const local = wanted <= most ? wanted : least;
        const payload = new Uint8Array(size);
        payload.set(page.bytes.subarray(at, at + local));
        let next = page.view.getUint32(at + local);
        for (let filled = local; filled < size; ) {
            const overflow = await this.page(next);
            const part = overflow.bytes.subarray(4, Math.min(this.usableSize, 4 + size - filled));
            payload.set(part, filled);
            filled += part.length;
            next = overflow.view.getUint32(0);
        }
        return payload;
    }

    private value(record: Page, serial: number, at: number): { value: SqliteValue; size: number } {
        const { view, bytes } = record;
        if (serial === 0) return { value: null, size: 0 };
        if (serial <= 6) {
            const size = kIntegerSizes[serial] ?? 0;
            let value = BigInt(view.getInt8(at));
            for (let i = 1; i < size; ++i) value = (value << 8n) | BigInt(view.getUint8(at + i));
            return { value: Number(value), size };
        }
        if (serial === 7) return { value: view.getFloat64(at), size: 8 };
        if (serial === 8 || serial === 9) return { value: serial - 8, size: 0 };
        if (serial < 12) throw damaged('a row has an unknown type');
        const size = Math.floor((serial - 12) / 2);
        if (at + size > bytes.length) throw new RangeError();
        const content = bytes.subarray(at, at + size);
        return { value: serial % 2 === 0 ? content.slice() : new TextDecoder(this.encoding).decode(content), size };
    }
}
