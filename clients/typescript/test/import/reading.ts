// What tests of readers share.
import type { Item, ReadOptions, SessionItem } from '../../src/import/index.js';

export const kOptions: ReadOptions = { timezone: 'Europe/Berlin', now: new Date('2026-11-23T12:00:00Z') };

/** All items, and what the reader threw after them. */
export async function readAll(items: AsyncIterable<Item>): Promise<{ items: Item[]; error?: unknown }> {
    const read: Item[] = [];
    try {
        for await (const item of items) read.push(item);
    } catch (error) {
        return { items: read, error };
    }
    return { items: read };
}

/** The items, in short: sessions as `start seconds kind`, problems as `code@line`. */
export async function readShort(items: AsyncIterable<Item>): Promise<string[]> {
    const { items: read, error } = await readAll(items);
    if (error) throw error;
    return read.map((item) => {
        switch (item.type) {
            case 'session': {
                const { startedAt, durationSeconds, kind } = item.session;
                return [startedAt, durationSeconds, kind, ...item.notices].join(' ');
            }
            case 'problem':
                return `${item.code}@${item.place.number}`;
            default:
                return item.type;
        }
    });
}

export async function readSessions(items: AsyncIterable<Item>): Promise<SessionItem['session'][]> {
    const { items: read, error } = await readAll(items);
    if (error) throw error;
    return read.flatMap((item) => (item.type === 'session' ? [item.session] : []));
}
