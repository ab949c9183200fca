// A browser as users have it, where only the tab in front is visible: Playwright's own browsers show every page as if it were.
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Browser, type BrowserContext } from 'playwright-core';
import { expect } from 'vitest';
import { chromiumArguments, chromiumPath } from './chromium';
import { endWithThisProcess } from './processes';

export interface Tabs {
  context: BrowserContext;
  close: () => Promise<void>;
}

async function connect(folder: string): Promise<Browser> {
  let port: string | undefined;
  await expect
    .poll(async () => {
      const text = await readFile(join(folder, 'DevToolsActivePort'), 'utf8').catch(() => '');
      return (port = /^(\d+)\n/.exec(text)?.[1]);
    })
    .toBeDefined();
  return chromium.connectOverCDP(`http://127.0.0.1:${port}`, { noDefaults: true });
}

export async function openTabs(): Promise<Tabs> {
  const folder = await mkdtemp(join(tmpdir(), 'mindspace-tabs-'));
  const process = spawn(
    ...endWithThisProcess('KILL', chromiumPath, [
      ...chromiumArguments,
      '--headless',
      '--lang=en-GB',
      '--remote-debugging-port=0',
      `--user-data-dir=${folder}`,
    ]),
    { stdio: 'ignore' },
  );
  const ended = new Promise((resolve) => process.once('exit', resolve));
  const kill = async () => {
    process.kill('SIGKILL');
    await ended;
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    const browser = await connect(folder);
    const [context] = browser.contexts();
    if (!context) throw new Error('The browser has no window');
    const close = async () => {
      await (await browser.newBrowserCDPSession()).send('Browser.close');
      await ended;
      await kill();
    };
    return { context, close };
  } catch (error) {
    await kill();
    throw error;
  }
}
