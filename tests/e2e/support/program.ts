// The program that all tests of a run use, started by Vitest before them (globalSetup).
import { spawn, type ChildProcess } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TestProject } from 'vitest/node';
import { endWithThisProcess } from './processes';

declare module 'vitest' {
  export interface ProvidedContext {
    url: string;
    mails: string;
  }
}

// Only a program that does not start takes this long, and one on an overloaded machine.
const readyTimeoutMs = 240_000;

// A port that the kernel assigns to no client by chance, since it is below their range. The program must know its address
// before it has one.
async function freePort(): Promise<number> {
  const [first, last] = [12_000, 21_999];
  for (;;) {
    const port = randomInt(first, last);
    const server = createServer();
    const isFree = await new Promise<boolean>((resolve) =>
      server.once('error', () => resolve(false)).listen(port, () => resolve(true)),
    );
    if (!isFree) continue;
    await new Promise((resolve) => server.close(resolve));
    return port;
  }
}

async function isReady(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/readyz`)).ok;
  } catch {
    return false;
  }
}

async function untilReady(url: string, program: ChildProcess): Promise<void> {
  const deadline = Date.now() + readyTimeoutMs;
  while (!(await isReady(url))) {
    if (program.exitCode !== null) throw new Error(`The program ended with ${program.exitCode}`);
    if (Date.now() > deadline) throw new Error('The program is not ready');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

function ended(program: ChildProcess): Promise<void> {
  return new Promise((resolve) => (program.exitCode === null ? program.once('exit', () => resolve()) : resolve()));
}

export default async function setup({ provide }: TestProject): Promise<(() => Promise<void>) | undefined> {
  const {
    MINDSPACE_E2E_URL: running,
    MINDSPACE_E2E_MAILS: itsMails,
    MINDSPACE_SHIPPED_BINARY: binary = fileURLToPath(new URL('../../../build/release/mindspace', import.meta.url)),
  } = process.env;
  if (running) {
    provide('url', running);
    provide('mails', itsMails ?? '');
    return undefined;
  }
  const folder = mkdtempSync(join(tmpdir(), 'mindspace-e2e-'));
  chmodSync(folder, 0o755); // for PostgreSQL and Redis, which the program runs as another user
  const port = await freePort();
  const url = `http://localhost:${port}`;
  // Variables of the tests are no settings.
  const environment = Object.entries(process.env).filter(([name]) => !name.startsWith('MINDSPACE_'));
  let log = '';
  const program = spawn(...endWithThisProcess('TERM', binary, ['up']), {
    env: {
      ...Object.fromEntries(environment),
      MINDSPACE_HTTP_PORT: String(port),
      MINDSPACE_MANAGEMENT_PORT: '0',
      MINDSPACE_DATA_DIR: join(folder, 'data'),
      MINDSPACE_RATE_LIMIT_SCALE: '100',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  for (const stream of [program.stdout, program.stderr]) stream.on('data', (part: Buffer) => (log += part.toString()));
  const stop = async () => {
    program.kill('SIGTERM');
    await ended(program);
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await untilReady(url, program);
  } catch (error) {
    process.stderr.write(log);
    await stop();
    throw error;
  }
  provide('url', url);
  provide('mails', join(folder, 'data', 'mail'));
  return stop;
}
