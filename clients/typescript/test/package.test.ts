// The package as it is published, and the examples of its README with it.
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { sharedProgram } from './support/people.js';

const run = promisify(execFile);
const tsc = resolve('node_modules/typescript/bin/tsc');
let app: string;

/** What an example prints, by its comments. */
function promises(example: string): string[] {
    return [...example.matchAll(/console\.log\(.*\/\/ (.*)$/gm)].map(([, line]) => line!);
}

async function examples(): Promise<string[]> {
    return [...(await readFile('README.md', 'utf8')).matchAll(/^```ts\n(.*?)^```$/gms)].map(([, text]) => text!);
}

/** What a program of the app prints, faults included. */
function outputOf(...args: string[]): Promise<string> {
    return new Promise((resolve) => {
        execFile(process.execPath, args, { cwd: app }, (_, stdout, stderr) => resolve(stdout + stderr));
    });
}

/** An app that has installed the package. */
beforeAll(async () => {
    app = await mkdtemp(join(tmpdir(), 'mindspace-app-'));
    const modules = join(app, 'node_modules');
    await run('npm', ['run', 'package', '--', '--pack-destination', app]);
    const [archive] = (await readdir(app)).filter((name) => name.endsWith('.tgz'));
    await mkdir(join(modules, '@mindspace/client'), { recursive: true });
    await run('tar', ['-xzf', join(app, archive!), '--strip-components=1', '-C', join(modules, '@mindspace/client')]);
    await cp('node_modules/@types/node', join(modules, '@types/node'), { recursive: true });
    await cp('node_modules/undici-types', join(modules, 'undici-types'), { recursive: true });
    await writeFile(join(app, 'package.json'), '{"type":"module"}');
    await mkdir(join(app, 'src'));
    for (const [i, text] of (await examples()).entries()) {
        // Others may have registered the addresses of the README.
        const code = text
            .replaceAll('https://mind.example', sharedProgram().url)
            .replaceAll('@mail.', `@${process.pid}.`);
        await writeFile(join(app, `src/${i + 1}.ts`), code);
    }
});
afterAll(() => rm(app, { recursive: true, force: true }));

it('has types that an app without those of browsers can use', async () => {
    const strict = ['--strict', '--exactOptionalPropertyTypes', '--noUncheckedIndexedAccess'];
    const platform = ['--module', 'nodenext', '--target', 'es2022', '--lib', 'es2022', '--types', 'node'];
    const files = (await examples()).map((_, i) => `src/${i + 1}.ts`);
    expect(await outputOf(tsc, ...strict, ...platform, '--outDir', 'out', ...files)).toBe('');
});

it('does what its README says', async () => {
    const all = await examples();
    expect(all).toHaveLength(5);
    for (const [i, text] of all.entries()) {
        const output = await outputOf('--experimental-websocket', '--no-warnings', `out/${i + 1}.js`);
        expect(output.trim().split('\n'), `example ${i + 1}`).toEqual(promises(text));
    }
});
