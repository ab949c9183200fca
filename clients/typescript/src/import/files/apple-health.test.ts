import { createDeflateRaw, crc32 } from 'node:zlib';
import { describe, expect, it } from 'vitest';

import { appleHealthXml, largeAppleHealthXml } from '../../../test/import/apple-health.js';
import { streamedZip, zip64 } from '../../../test/import/archives.js';
import { kOptions, readAll, readSessions, readShort } from '../../../test/import/reading.js';
import { openFile } from '../open.js';
import { readAppleHealthXml } from './apple-health.js';

const kXml = appleHealthXml([
    { startDate: '2026-01-05 07:30:00 +0100', endDate: '2026-01-05 07:40:30 +0100' },
    { startDate: '2026-07-05 22:00:00 +0530', endDate: '2026-07-05 22:20:00 +0530', timezone: 'Asia/Kolkata' },
    { startDate: '2026-07-06 22:20:00 +0200', endDate: '2026-07-06 22:00:00 +0200' },
    { startDate: '2026-07-07 22:20:00 +0200', endDate: '2026-07-09 22:00:00 +0200' },
    { startDate: '1970-01-01 00:00:00 +0000', endDate: '1970-01-01 00:10:00 +0000' },
    { startDate: 'yesterday', endDate: '2026-07-05 22:00:00 +0200' },
    { startDate: '2026-07-05 16:30:00 +0000', endDate: '2026-07-05 16:50:00 +0000' },
    { startDate: '2026-07-05 16:35:00 +0000', endDate: '2026-07-05 16:50:00 +0000' },
]);
const kRead: unknown[] = [
    '2026-01-05T06:30:00.000Z 630 mindfulness',
    '2026-07-05T16:30:00.000Z 1200 mindfulness',
    expect.stringMatching(/^ends_before_start@/),
    expect.stringMatching(/^too_long@/),
    expect.stringMatching(/^date_out_of_range@/),
    expect.stringMatching(/^bad_date@/),
    expect.stringMatching(/^duplicate@/), // of the second, by another app
    '2026-07-05T16:35:00.000Z 900 mindfulness overlaps',
];

describe('an export of Apple Health', () => {
    it('is read from export.xml', async () => {
        const file = await openFile(new Blob([kXml]));
        expect(file.kind).toBe('appleHealth');
        expect(await readShort(file.read(kOptions))).toEqual(kRead);
        const line = kXml.split('\n').findIndex((text) => text.includes('yesterday')) + 1;
        expect(await readShort(file.read(kOptions))).toContain(`bad_date@${line}`);
    });

    it('counts sessions on the day of the zone that the phone noted', async () => {
        const sessions = await readSessions((await openFile(new Blob([kXml]))).read(kOptions));
        expect(sessions.map(({ timezone }) => timezone)).toEqual(['Europe/Berlin', 'Asia/Kolkata', 'Europe/Berlin']);
    });

    it('gives the same ids at every reading', async () => {
        const ids = async (timezone: string): Promise<string[]> =>
            (await readSessions((await openFile(new Blob([kXml]))).read({ ...kOptions, timezone }))).map(
                ({ id }) => id,
            );
        expect(await ids('Europe/Berlin')).toEqual(await ids('Asia/Tokyo'));
    });

    it('is read from the archive, whatever the language of the phone', async () => {
        const zip = streamedZip({
            'apple_health_export/export_cda.xml': '<?xml version="1.0"?><ClinicalDocument/>',
            'apple_health_export/workout-routes/route.gpx': '<gpx/>',
            'apple_health_export/書き出したデータ.xml': kXml,
        });
        let bytes = 0;
        const file = await openFile(zip);
        expect(await readShort(file.read({ ...kOptions, onProgress: (read) => (bytes = read) }))).toEqual(kRead);
        expect(bytes).toBeGreaterThan(0.9 * file.size);
        expect(bytes).toBeLessThanOrEqual(zip.size);
    });

    it('is read the same in pieces of any size', async () => {
        const bytes = new TextEncoder().encode(kXml);
        for (const size of [1, 7, 100, 1000]) {
            let at = 0;
            const stream = new ReadableStream<Uint8Array>({
                pull(controller) {
                    if (at >= bytes.length) controller.close();
                    else controller.enqueue(bytes.slice(at, (at += size)));
                },
            });
            expect(await readShort(readAppleHealthXml(stream, kOptions))).toEqual(kRead);
        }
    });

    it('that is cut off gives what was before, and says where it ends', async () => {
        for (const share of [0.3, 0.6, 0.999]) {
            const part = kXml.slice(0, Math.floor(kXml.length * share));
            const { items, error } = await readAll((await openFile(new Blob([part]))).read(kOptions));
            expect(error).toMatchObject({ code: 'truncated', line: part.split('\n').length });
            expect(items).toEqual(
                (await readAll((await openFile(new Blob([kXml]))).read(kOptions))).items.slice(0, items.length),
            );
        }
    });

    it('reports broken XML in a session, and reads on', async () => {
        const broken = kXml.replace('sourceVersion="17"', 'sourceVersion="&nothing;"');
        expect(await readShort((await openFile(new Blob([broken]))).read(kOptions))).toEqual([
            expect.stringMatching(/^malformed@/),
            ...kRead,
        ]);
    });

    it('in a damaged archive is refused', async () => {
        const content = new TextEncoder().encode(kXml);
        const name = 'apple_health_export/export.xml';
        const zip = zip64(name, content);
        const failure = async (blob: Blob): Promise<unknown> => {
            try {
                return (await readAll((await openFile(blob)).read(kOptions))).error;
            } catch (error) {
                return error;
            }
        };
        expect(await failure(zip)).toBeUndefined();
        expect(await failure(zip.slice(0, zip.size - 30))).toMatchObject({ code: 'truncated' });
        expect(await failure(zip.slice(0, zip.size / 2))).toMatchObject({ code: 'truncated' });
        expect(await failure(zip64(name, content, { crc: 1 }))).toMatchObject({ code: 'damaged' });
        expect(await failure(zip64(name, content, { flags: 1 }))).toMatchObject({ code: 'encrypted' });
        expect(await failure(zip64(name, content, { method: 9 }))).toMatchObject({ code: 'unsupported' });
        const bytes = new Uint8Array(await zip.arrayBuffer());
        for (let at = 300; at < bytes.length - 250; at += 97) {
            const flipped = bytes.slice();
            flipped[at]! ^= 0x40;
            expect(await failure(new Blob([flipped]))).toMatchObject({ name: 'ImportError' });
        }
    });

    it('of any size is read in little memory', { timeout: 60_000 }, async () => {
        const sessions = 20;
        const { deflated, size, crc } = await deflate(largeAppleHealthXml(sessions, 4 << 20));
        expect(size).toBeGreaterThan(80 << 20);
        const file = await openFile(zip64('apple_health_export/export.xml', { deflated, size, crc }));
        const used = (): number => {
            const { heapUsed, external } = process.memoryUsage();
            return heapUsed + external;
        };
        const before = used();
        let most = 0;
        const sampler = setInterval(() => (most = Math.max(most, used() - before)), 10);
        expect(await readSessions(file.read(kOptions))).toHaveLength(sessions);
        clearInterval(sampler);
        expect(most).toBeLessThan(80 << 20);
    });
});

async function deflate(content: Iterable<string>): Promise<{ deflated: Blob; size: number; crc: number }> {
    const deflater = createDeflateRaw({ level: 1 });
    const parts: Buffer<ArrayBuffer>[] = [];
    deflater.on('data', (part: Buffer<ArrayBuffer>) => parts.push(part));
    const ended = new Promise((resolve) => deflater.on('end', resolve));
    let crc = 0;
    let size = 0;
    for (const text of content) {
        const bytes = Buffer.from(text);
        crc = crc32(bytes, crc);
        size += bytes.length;
        if (!deflater.write(bytes)) await new Promise((resolve) => deflater.once('drain', resolve));
    }
    deflater.end();
    await ended;
    return { deflated: new Blob(parts), size, crc };
}
