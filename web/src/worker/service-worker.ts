// Lets the client start without a network. Online it never serves an old page: index.html comes from the server whenever that
// responds, so a client does not meet an API that is newer than itself; files with a hash in their names come from the cache.
// It stores nothing of the API. Imports would make it a module, which not all browsers take as a service worker.

declare const self: ServiceWorkerGlobalScope;

const page = '/';
const prefix = 'mindspace-';
const cacheName = prefix + __VERSION__;
const pageTimeoutMs = 4_000;

async function install(): Promise<void> {
  const cache = await caches.open(cacheName);
  await cache.addAll(__PRECACHED__.map((path) => new Request(path, { cache: 'reload' })));
}

/** Tabs that still run the version before may need its files; older ones go. */
async function removeOldCaches(): Promise<void> {
  const old = (await caches.keys()).filter((name) => name.startsWith(prefix) && name !== cacheName);
  await Promise.all(old.slice(0, -1).map((name) => caches.delete(name)));
}

function isOurPage(path: string): boolean {
  return !__SERVER_PATHS__.some((other) => path === other || path.startsWith(`${other}/`));
}

async function respondWithPage(request: Request): Promise<Response> {
  try {
    const response = await fetch(request, { signal: AbortSignal.timeout(pageTimeoutMs) });
    if (response.status < 500) return response;
  } catch {
    // No network, or too slow.
  }
  return (await caches.match(page, { cacheName, ignoreVary: true })) ?? Response.error();
}

async function respondWithFile(request: Request): Promise<Response> {
  return (await caches.match(request, { ignoreVary: true })) ?? fetch(request);
}

self.addEventListener('install', (event) => event.waitUntil(install()));

self.addEventListener('activate', (event) => event.waitUntil(removeOldCaches().then(() => self.clients.claim())));

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== 'GET' || origin !== self.location.origin) return;
  if (request.mode === 'navigate') {
    if (isOurPage(pathname)) event.respondWith(respondWithPage(request));
  } else if (pathname.startsWith('/assets/') || __PRECACHED__.includes(pathname)) {
    event.respondWith(respondWithFile(request));
  }
});

// A page asks, by the path of its own script, whether it is of this worker's version. If so the worker takes over at once;
// otherwise the page is an older one, and learns that there is a new version.
self.addEventListener('message', (event) => {
  const { script } = event.data as { script?: string };
  const isCurrent = script !== undefined && __PRECACHED__.includes(script);
  event.ports[0]?.postMessage({ isCurrent });
  if (isCurrent) event.waitUntil(self.skipWaiting());
});
