// Of several tabs with the same bells one rings: the one that holds the lock (Web Locks API). In a page that was not served
// securely there are no locks, and each tab rings.
import { signal } from '@preact/signals';

export class RingLock {
  readonly #name: string;
  readonly #held = signal(false);
  #waiting: AbortController | undefined;

  /** `bells`: whose bells these are. */
  constructor(bells: string) {
    this.#name = `mindspace.ring.${bells}`;
  }

  /** Whether this tab has the lock; if not, it waits for it from the first call on. Call it only where sound can be heard. */
  acquire(): boolean {
    if (!('locks' in navigator)) return true;
    if (!this.#waiting) {
      const { signal } = (this.#waiting = new AbortController());
      const hold = () =>
        new Promise<void>((resolve) => {
          this.#held.value = true;
          signal.addEventListener('abort', () => resolve());
        });
      // Rejected if it is released before the lock was free.
      navigator.locks.request(this.#name, { signal }, hold).catch(() => undefined);
    }
    return this.#held.value;
  }

  release(): void {
    this.#waiting?.abort();
  }
}
