// Exports of Health Connect, written by SQLite itself with the tables of Android's module.
import initSqlJs, { type Database } from 'sql.js';

export interface MindfulnessRow {
    uuid: string;
    start: number | null;
    end: number | null;
    offset?: number | null;
    type?: number;
    title?: string | null;
    notes?: string | null;
}

const kTable = `
    CREATE TABLE mindfulness_session_record_table (row_id INTEGER PRIMARY KEY AUTOINCREMENT,
        uuid BLOB UNIQUE NOT NULL, last_modified_time INTEGER, client_record_id TEXT, client_record_version TEXT,
        device_info_id INTEGER, app_info_id INTEGER, recording_method INTEGER, dedupe_hash BLOB UNIQUE,
        start_time INTEGER, start_zone_offset INTEGER, end_time INTEGER, end_zone_offset INTEGER, local_date INTEGER,
        type INTEGER, title TEXT,
        local_date_time_start_time INTEGER AS (start_time + 1000 * start_zone_offset),
        local_date_time_end_time INTEGER AS (end_time + 1000 * end_zone_offset),
        notes TEXT,
        FOREIGN KEY (device_info_id) REFERENCES device_info_table(row_id) ON DELETE NO ACTION)`;

/** An empty database after these statements, such as `PRAGMA page_size`. */
export async function sqliteDatabase(...statements: string[]): Promise<Database> {
    const { Database } = await initSqlJs();
    const database = new Database();
    for (const statement of statements) database.run(statement);
    return database;
}

export const blobOf = (database: Database): Blob => new Blob([new Uint8Array(database.export())]);

/** A health_connect_export.db with these sessions. */
export async function healthConnectDatabase(rows: MindfulnessRow[], ...pragmas: string[]): Promise<Blob> {
    const database = await sqliteDatabase(
        ...pragmas,
        'CREATE TABLE steps_record_table (row_id INTEGER PRIMARY KEY AUTOINCREMENT, uuid BLOB, count INTEGER)',
        'INSERT INTO steps_record_table (uuid, count) VALUES (randomblob(16), 4242)',
        kTable,
    );
    for (const { uuid, start, end, offset = 3600, type = 1, title = null, notes = null } of rows)
        database.run(
            `INSERT INTO mindfulness_session_record_table (uuid, start_time, start_zone_offset, end_time, type, title, notes)
             VALUES (?, ?, ?, ?, ?, ?, ?)`,
            [Buffer.from(uuid, 'hex'), start, offset, end, type, title, notes],
        );
    return blobOf(database);
}
