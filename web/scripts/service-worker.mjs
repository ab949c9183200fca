// Vite's plugin that builds src/worker/service-worker.ts as /sw.js, with the list of the files of this version in it.
import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';

const source = 'src/worker/service-worker.ts';
const fileName = 'sw.js';

/** The files of public/ that pages need; browsers fetch icons and manifest when they install the client. */
function publicFiles(folder) {
  return readdirSync(folder).filter((file) => file === 'icon.svg');
}

/** @returns {import('vite').Plugin} */
export function serviceWorker() {
  let publicFolder = '';
  return {
    name: 'service-worker',
    apply: 'build',
    configResolved: (config) => {
      publicFolder = config.publicDir;
    },
    buildStart() {
      this.emitFile({ type: 'chunk', id: source, fileName });
    },
    generateBundle: {
      order: 'post',
      handler(_options, bundle) {
        const worker = bundle[fileName];
        const files = Object.values(bundle).filter((file) => file.fileName.startsWith('assets/'));
        const page = bundle['index.html'];
        const hash = createHash('sha256').update(page.source);
        for (const { fileName } of files) hash.update(fileName);
        const paths = ['/', ...publicFiles(publicFolder).map((file) => `/${file}`), ...files.map((file) => `/${file.fileName}`)];
        worker.code = worker.code
          .replaceAll('__PRECACHED__', JSON.stringify(paths))
          .replaceAll('__VERSION__', JSON.stringify(hash.digest('hex').slice(0, 16)));
      },
    },
  };
}
