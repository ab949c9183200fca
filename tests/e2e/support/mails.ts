// The mails that the program has written.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';

async function linkIn(folder: string, address: string, path: string): Promise<string | undefined> {
  for (const name of (await readdir(folder)).filter((name) => name.endsWith('.eml'))) {
    const mail = await readFile(join(folder, name), 'utf8');
    const link = new RegExp(`https?://[^\\s"<>]+${path}\\?token=[\\w-]+`).exec(mail)?.[0];
    if (mail.includes(address) && link) return link;
  }
  return undefined;
}

/** Waits for the mail to this address with a link to the path, and returns the link's path and query. */
export async function mailedLink(folder: string, address: string, path: string): Promise<string> {
  let link: string | undefined;
  await expect.poll(async () => (link = await linkIn(folder, address, path))).toBeDefined();
  const { pathname, search } = new URL(link ?? '');
  return pathname + search;
}
