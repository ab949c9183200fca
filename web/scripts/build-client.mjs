// build-client.mjs LIST: builds the client into web/dist (npm run build), unless that was built from the same files
// before. LIST is a file with the paths of all of them, one a line. All build trees share web/dist: only one at a time may
// run this (cmake/EmbedWebAssets.cmake).
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';

const web = fileURLToPath(new URL('..', import.meta.url));
const page = join(web, 'dist/index.html');
const built = join(web, 'node_modules/.client-built-from');

const digest = createHash('sha256');
for (const file of readFileSync(process.argv[2], 'utf8').split('\n').filter(Boolean))
    digest.update(file).update('\0').update(createHash('sha256').update(readFileSync(file)).digest());
const present = digest.digest('hex');

if (!existsSync(page) || !existsSync(built) || readFileSync(built, 'utf8') !== present) {
    rmSync(built, { force: true });
    execFileSync('npm', ['run', '--silent', 'build', '--', '--logLevel', 'warn'], { cwd: web, stdio: 'inherit' });
    if (!existsSync(page)) throw new Error('npm run build has made no web/dist/index.html');
    writeFileSync(built, present);
}
