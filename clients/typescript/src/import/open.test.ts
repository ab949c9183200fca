import { describe, expect, it } from 'vitest';

import { streamedZip } from '../../test/import/archives.js';
import { openFile } from './open.js';

describe('openFile', () => {
    it.each<[string, BlobPart, string]>([
        ['nothing', '', 'empty'],
        ['a picture', new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13]), 'unrecognised'],
        ['a page', '<!doctype html><title>Not found</title>', 'unrecognised'],
        ['other XML', '<?xml version="1.0"?><gpx/>', 'unrecognised'],
        ['other JSON', '{"sessions": []}', 'unrecognised'],
        ['a sentence', 'Dear diary, today I sat.', 'unrecognised'],
        ['a header only', 'start,duration\n', 'unrecognised'],
        ['the beginning of an archive', 'PK\u0003\u0004', 'truncated'],
    ])('refuses %s', async (_, content, code) => {
        await expect(openFile(new Blob([content]))).rejects.toMatchObject({ name: 'ImportError', code });
    });

    it('refuses an archive without anything to import', async () => {
        await expect(openFile(streamedZip({ 'a.txt': 'a', 'b.xml': '<b/>' }))).rejects.toMatchObject({
            code: 'nothing_inside',
        });
    });
});
