// Of several tabs with the same bells one rings: the one that holds the lock (Web Locks API). In a page that was not served
// securely there are no locks, and each tab rings.
import { signal, type ReadonlySignal } from '@preact/signals';

export interface RingLock {
  readonly held: ReadonlySignal<boolean>;
  release: () => void;
}

/** Waits for the lock on these bells, and holds it, until it is released or the tab ends. */
export function requestRingLock(bells: string): RingLock {
  const held = signal(!('locks' in navigator));
  if (held.peek()) return { held, release: () => undefined };
  const waiting = new AbortController();
  const hold = () =>
    new Promise<void>((resolve) => {
      held.value = true;
      waiting.signal.addEventListener('abort', () => resolve());
    });
  // Rejected if it is released before the lock was free.
  navigator.locks.request(`mindspace.ring.${bells}`, { signal: waiting.signal }, hold).catch(() => undefined);
  return { held, release: () => waiting.abort() };
}
