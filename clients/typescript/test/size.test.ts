import { brotliCompressSync, gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { expect, it } from 'vitest';

it('is at most 15 KiB, compressed in the worse of the usual ways', async () => {
    const { outputFiles } = await build({
        entryPoints: ['src/index.ts'],
        bundle: true,
        minify: true,
        format: 'esm',
        target: 'es2022',
        write: false,
    });
    const { contents } = outputFiles[0]!;
    expect(brotliCompressSync(contents).length).toBeLessThanOrEqual(15 * 1024);
    expect(gzipSync(contents).length).toBeLessThanOrEqual(15 * 1024);
});
