import { describe, expect, it } from 'vitest';

import { blobOf, sqliteDatabase } from '../../../test/import/health-connect.js';
import { SqliteFile, type SqliteRow } from './sqlite.js';
import { parseColumns } from './sqlite-schema.js';

async function rowsOf(file: Blob, table: string): Promise<SqliteRow[]> {
    const rows = await (await SqliteFile.open(file)).table(table);
    const read: SqliteRow[] = [];
    if (rows) for await (const row of rows) read.push(row);
    return read;
}

describe('SqliteFile', () => {
    it.each(['512', '1024', '4096', '65536'])(
        'reads thousands of rows of all sizes in pages of %s bytes',
        async (size) => {
            const database = await sqliteDatabase(
                `PRAGMA page_size = ${size}`,
                'CREATE TABLE other (x)',
                'CREATE TABLE sits (id INTEGER PRIMARY KEY, number INTEGER, text TEXT)',
                `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1500)
             INSERT INTO sits SELECT i * 2, i, printf('%.*c', 1 + i % 700, 'ä') FROM n`,
                "INSERT INTO sits VALUES (10000, -1, printf('%.*c', 200000, 'z'))",
            );
            const rows = await rowsOf(blobOf(database), 'sits');
            expect(rows).toHaveLength(1501);
            rows.slice(0, -1).forEach(({ rowId, values }, index) => {
                expect([rowId, values['id'], values['number']]).toEqual([2 * index + 2, 2 * index + 2, index + 1]);
            });
            expect(rows[699]?.values['text']).toBe('ä');
            expect(rows[698]?.values['text']).toBe('ä'.repeat(700));
            expect(rows.at(-1)?.values).toEqual({ id: 10000, number: -1, text: 'z'.repeat(200_000) });
        },
    );

    it('reads values of every type', async () => {
        const numbers = [0, 1, -1, 127, -32768, 8388607, -2147483648, 140737488355327, 9007199254740991, -0.5, 1e300];
        const database = await sqliteDatabase('CREATE TABLE t (v)');
        for (const value of [...numbers, 'ü', new Uint8Array([1, 0, 255]), null])
            database.run('INSERT INTO t VALUES (?)', [value]);
        const values = (await rowsOf(blobOf(database), 't')).map((row) => row.values['v']);
        expect(values).toEqual([...numbers, 'ü', new Uint8Array([1, 0, 255]), null]);
    });

    it.each(["PRAGMA encoding = 'UTF-16le'", "PRAGMA encoding = 'UTF-16be'", 'PRAGMA auto_vacuum = FULL'])(
        'reads a database with %s',
        async (pragma) => {
            const database = await sqliteDatabase(pragma, 'CREATE TABLE t (v TEXT)', "INSERT INTO t VALUES ('тишина')");
            expect((await rowsOf(blobOf(database), 't')).map(({ values }) => values)).toEqual([{ v: 'тишина' }]);
        },
    );

    it('reads rows from before a column was added, and passes over computed columns', async () => {
        const database = await sqliteDatabase(
            'CREATE TABLE t (a INTEGER, b INTEGER AS (a + 1), c INTEGER AS (a + 2) STORED, "d ""e" TEXT)',
            'INSERT INTO t (a, "d ""e") VALUES (1, \'x\')',
            'ALTER TABLE t ADD COLUMN later TEXT',
        );
        expect((await rowsOf(blobOf(database), 't'))[0]?.values).toEqual({ a: 1, c: 3, 'd "e': 'x', later: null });
    });

    it('has no rows of a table that does not exist', async () => {
        const file = await SqliteFile.open(blobOf(await sqliteDatabase('CREATE TABLE t (v)')));
        expect(await file.table('other')).toBeUndefined();
    });

    it('refuses damaged databases, and reads none forever', async () => {
        const database = await sqliteDatabase(
            'PRAGMA page_size = 512',
            'CREATE TABLE t (a INTEGER, b TEXT)',
            `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60)
             INSERT INTO t SELECT i, printf('%.*c', i * 5, 'x') FROM n`,
        );
        const bytes = database.export();
        let seed = 7;
        const random = (below: number): number => (seed = (seed * 48271) % 2147483647) % below;
        let refused = 0;
        for (let round = 0; round < 120; ++round) {
            const damaged = new Uint8Array(bytes);
            for (let i = 0; i < 20; ++i) damaged[random(damaged.length)] = random(256);
            try {
                expect((await rowsOf(new Blob([damaged]), 't')).length).toBeLessThan(100_000);
            } catch (error) {
                expect(error).toMatchObject({ name: 'ImportError' });
                ++refused;
            }
        }
        expect(refused).toBeGreaterThan(30);
        await expect(rowsOf(new Blob([bytes.slice(0, 3000)]), 't')).rejects.toMatchObject({ code: 'truncated' });
    });
});

describe('parseColumns', () => {
    it('passes over constraints and comments', () => {
        const statement = `CREATE TABLE "a ( b" (id INTEGER PRIMARY KEY, -- the (id
            [x y] TEXT DEFAULT 'a, (b', z DECIMAL(10, 2) CHECK (z > 0), /* , */ UNIQUE (z), FOREIGN KEY (z) REFERENCES t(i))`;
        expect(parseColumns(statement)).toEqual([
            { name: 'id', rowId: true },
            { name: 'x y', rowId: false },
            { name: 'z', rowId: false },
        ]);
    });
    it('refuses tables without row ids', () => {
        expect(() => parseColumns('CREATE TABLE t (a PRIMARY KEY) WITHOUT ROWID')).toThrow('without row ids');
    });
});
