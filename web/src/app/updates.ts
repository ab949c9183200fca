// New versions of the client. The service worker (src/worker) fetches one in the background; a page of the version before is
// asked to load again, and its user decides when.
import { effect, signal } from '@preact/signals';
import { connection } from './connection';

/** A newer version than this page is ready. */
export const updateReady = signal(false);

const checkEveryMs = 30 * 60_000;
const reloadedKey = 'mindspace.reloaded';
const leastMsBetweenReloads = 10_000;

interface TrustedTypes {
  createPolicy(
    name: string,
    rules: { createScriptURL: (url: string) => string },
  ): {
    createScriptURL(url: string): string;
  };
}

/** The address of the service worker, as browsers with Trusted Types want it. */
function workerUrl(): string {
  const url = '/sw.js';
  const { trustedTypes } = window as { trustedTypes?: TrustedTypes };
  return trustedTypes?.createPolicy('mindspace', { createScriptURL: () => url }).createScriptURL(url) ?? url;
}

/** Asks a worker that waits whether this page is of its version; then it takes over without a word. */
function compare(worker: ServiceWorker): void {
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = (event: MessageEvent<{ isCurrent: boolean }>) => {
    if (!event.data.isCurrent) updateReady.value = true;
  };
  worker.postMessage({ script: new URL(import.meta.url).pathname }, [port2]);
}

function follow(registration: ServiceWorkerRegistration): void {
  if (registration.waiting) compare(registration.waiting);
  registration.addEventListener('updatefound', () => {
    const worker = registration.installing;
    worker?.addEventListener('statechange', () => {
      if (worker.state === 'installed') compare(worker);
    });
  });
  const check = () => void registration.update().catch(() => undefined);
  setInterval(check, checkEveryMs);
  document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && check());
  effect(() => {
    if (connection.value === 'connected') check();
  });
}

/** Loads the page again if a part of it is gone from the server, which has a newer version; not again and again. */
function reloadOnMissingFiles(): void {
  addEventListener('vite:preloadError', () => {
    try {
      if (Date.now() - Number(sessionStorage.getItem(reloadedKey)) < leastMsBetweenReloads) return;
      sessionStorage.setItem(reloadedKey, String(Date.now()));
    } catch {
      return; // Without a memory it could be again and again.
    }
    location.reload();
  });
}

/** Registers the service worker, and follows it as long as the page lives. */
export function watchUpdates(): void {
  reloadOnMissingFiles();
  if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return;
  navigator.serviceWorker
    .register(workerUrl(), { updateViaCache: 'none' })
    .then(follow)
    // Browsers refuse it in private windows: the client works, but not without a network.
    .catch(() => undefined);
}
