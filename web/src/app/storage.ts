// What the browser remembers for us. A browser may forbid storage or have no space left: then values live as long as the
// page, and `storageFault` says so.
import { signal } from '@preact/signals';

export type StorageFault = 'full' | 'forbidden';

export const storageFault = signal<StorageFault | undefined>(undefined);

const prefix = 'mindspace.';
const unsaved = new Map<string, string>();

function report(error: unknown): void {
  storageFault.value = error instanceof DOMException && error.name === 'QuotaExceededError' ? 'full' : 'forbidden';
}

/** The stored value, which an older or newer client may have written: the caller checks its shape. */
export function load(key: string): unknown {
  try {
    const text = unsaved.get(key) ?? localStorage.getItem(prefix + key);
    return text === null ? undefined : JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) report(error);
    return undefined;
  }
}

/** Stores a value; false if it is lost when the page closes. */
export function save(key: string, value: unknown): boolean {
  const text = JSON.stringify(value);
  try {
    localStorage.setItem(prefix + key, text);
    unsaved.delete(key);
    if (!unsaved.size) storageFault.value = undefined;
    return true;
  } catch (error) {
    unsaved.set(key, text);
    report(error);
    return false;
  }
}

export function remove(key: string): void {
  unsaved.delete(key);
  try {
    localStorage.removeItem(prefix + key);
  } catch (error) {
    report(error);
  }
}

/** Calls the listener when another tab changes the value. */
export function onChangeElsewhere(key: string, listener: () => void): () => void {
  const onStorage = (event: StorageEvent) => {
    if (event.key === prefix + key || event.key === null) listener();
  };
  addEventListener('storage', onStorage);
  return () => removeEventListener('storage', onStorage);
}
