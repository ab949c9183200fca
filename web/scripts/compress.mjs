// Vite's plugin that compresses what was built: FILE.br and FILE.gz beside each file that becomes smaller by it.
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const compressible = /\.(html|js|css|svg|json|webmanifest)$/;

function brotli(bytes) {
  const { BROTLI_MAX_QUALITY: quality, BROTLI_PARAM_QUALITY, BROTLI_PARAM_SIZE_HINT } = constants;
  return brotliCompressSync(bytes, { params: { [BROTLI_PARAM_QUALITY]: quality, [BROTLI_PARAM_SIZE_HINT]: bytes.length } });
}

/** Compresses the files of a folder and those below it. */
export function compressFolder(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) compressFolder(path);
    if (!entry.isFile() || !compressible.test(entry.name)) continue;
    const bytes = readFileSync(path);
    for (const [suffix, smaller] of [['br', brotli(bytes)], ['gz', gzipSync(bytes, { level: 9 })]])
      if (smaller.length < bytes.length) writeFileSync(`${path}.${suffix}`, smaller);
  }
}

/** @returns {import('vite').Plugin} */
export function compress() {
  let folder = '';
  return {
    name: 'compress',
    apply: 'build',
    configResolved: (config) => {
      folder = config.build.outDir;
    },
    closeBundle: { order: 'post', handler: () => compressFolder(folder) },
  };
}
