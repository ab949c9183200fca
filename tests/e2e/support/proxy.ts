// Between browser and program: changes responses, and goes away.
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inject } from 'vitest';

export interface Proxy {
  url: string;
  /** Changes the text that the program responds for this path. */
  change: (path: string, edit: (text: string) => string) => void;
  /** From now on the server cannot be reached. */
  stop: () => void;
}

export async function startProxy(): Promise<Proxy> {
  const target = new URL(inject('url'));
  const edits = new Map<string, (text: string) => string>();

  function forward(from: IncomingMessage, to: ServerResponse): void {
    // To the program, calls come from its own pages; and it must not compress what is to be changed.
    const headers = { ...from.headers, host: target.host, 'accept-encoding': 'identity' };
    if (from.headers.origin) headers.origin = target.origin;
    // What is changed has no tag by which it could be unchanged.
    if (edits.has(from.url ?? '/')) delete headers['if-none-match'];
    const onward = request(new URL(from.url ?? '/', target), { method: from.method, headers }, (response) => {
      const edit = edits.get(from.url ?? '/');
      if (!edit) {
        to.writeHead(response.statusCode ?? 502, response.headers);
        response.pipe(to);
        return;
      }
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('end', () => {
        const { 'content-length': _length, etag: _etag, ...rest } = response.headers;
        to.writeHead(response.statusCode ?? 502, rest).end(edit(Buffer.concat(parts).toString()));
      });
    });
    onward.on('error', () => to.destroy());
    from.pipe(onward);
  }

  const server = createServer(forward);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}`,
    change: (path, edit) => edits.set(path, edit),
    stop: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
