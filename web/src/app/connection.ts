// Whether the server can be reached, and how far this device's clock is from the server's. Both follow from responses to
// ordinary calls; only while the server is unreachable it is asked from time to time.
import { computed, effect, signal } from '@preact/signals';

const online = signal(navigator.onLine);
const reachable = signal(true);

export type ConnectionState = 'connected' | 'offline' | 'unreachable';

export const connection = computed<ConnectionState>(() => {
  if (!online.value) return 'offline';
  return reachable.value ? 'connected' : 'unreachable';
});

/** What must be added to this device's time to have the server's. */
export const clockOffsetMs = signal(0);

const firstProbeMs = 3_000;
const lastProbeMs = 60_000;
const probeTimeoutMs = 5_000;

// A `Date` field has whole seconds, and the response takes time. Only what is far beyond that is a wrong clock.
const negligibleOffsetMs = 5_000;

function observeClock(response: Response, sentAt: number): void {
  // From the cache, the field is as old as the response.
  const date = Date.parse(response.headers.get('Date') ?? '');
  const receivedAt = Date.now();
  if (Number.isNaN(date) || response.headers.has('Age') || receivedAt - sentAt > negligibleOffsetMs) return;
  const offset = date + 500 - (sentAt + receivedAt) / 2;
  clockOffsetMs.value = Math.abs(offset) < negligibleOffsetMs ? 0 : offset;
}

/** Takes note of a response of the API. */
export function observeResponse(response: Response, sentAt: number): void {
  reachable.value = response.status < 502 || response.status > 504 || response.headers.has('X-Request-Id');
  if (response.ok) observeClock(response, sentAt);
}

/** Takes note of a call without a response. */
export function observeFailure(error: unknown): void {
  if (!(error instanceof DOMException && error.name === 'AbortError')) reachable.value = false;
}

async function probe(): Promise<void> {
  try {
    const sentAt = Date.now();
    observeResponse(await fetch('/livez', { cache: 'no-store', signal: AbortSignal.timeout(probeTimeoutMs) }), sentAt);
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
