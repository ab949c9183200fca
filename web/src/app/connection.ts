// Whether the server can be reached, and how its clock differs from this device's. Both follow from ordinary calls; only while
// the server is unreachable it is asked from time to time.
import { computed, effect, signal } from '@preact/signals';

const online = signal(navigator.onLine);
const reachable = signal(true);

export type ConnectionState = 'connected' | 'offline' | 'unreachable';

export const connection = computed<ConnectionState>(() => {
  if (!online.value) return 'offline';
  return reachable.value ? 'connected' : 'unreachable';
});

/** How far the server's clock is ahead of this device's, within seconds. */
export const clockOffsetMs = signal(0);

const firstProbeMs = 3_000;
const lastProbeMs = 60_000;
const probeTimeoutMs = 5_000;

/** Takes note of a response. */
export function observeResponse(response: Response): void {
  reachable.value = response.status < 502 || response.status > 504 || response.headers.has('X-Request-Id');
}

/** Takes note of a call without a response. */
export function observeFailure(error: unknown): void {
  if (!(error instanceof DOMException && error.name === 'AbortError')) reachable.value = false;
}

async function probe(): Promise<void> {
  try {
    observeResponse(await fetch('/livez', { cache: 'no-store', signal: AbortSignal.timeout(probeTimeoutMs) }));
  } catch {
    reachable.value = false;
  }
}

/** Follows the connection as long as the page lives. */
export function watchConnection(): void {
  const update = () => {
    online.value = navigator.onLine;
    if (navigator.onLine) void probe();
  };
  addEventListener('online', update);
  addEventListener('offline', update);

  let timer: ReturnType<typeof setTimeout> | undefined;
  effect(() => {
    clearTimeout(timer);
    if (connection.value !== 'unreachable') return;
    let waitMs = firstProbeMs;
    const next = () => {
      timer = setTimeout(() => {
        waitMs = Math.min(waitMs * 2, lastProbeMs);
        void probe().then(() => connection.peek() === 'unreachable' && next());
      }, waitMs);
    };
    next();
  });
}
