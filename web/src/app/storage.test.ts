import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { load, remove, save, storageFault } from './storage';

const items = new Map<string, string>();
let failure: DOMException | undefined;

beforeEach(() => {
  const attempt = <T>(operation: () => T): T => {
    if (failure) throw failure;
    return operation();
  };
  vi.stubGlobal('localStorage', {
    getItem: (key: string) => attempt(() => items.get(key) ?? null),
    setItem: (key: string, value: string) => attempt(() => items.set(key, value)),
    removeItem: (key: string) => attempt(() => items.delete(key)),
  });
});

afterEach(() => {
  failure = undefined;
  remove('note');
  items.clear();
  storageFault.value = undefined;
  vi.unstubAllGlobals();
});

describe('storage', () => {
  test('returns what was saved', () => {
    expect(save('note', { text: 'Birds.' })).toBe(true);
    expect(load('note')).toEqual({ text: 'Birds.' });
    remove('note');
    expect(load('note')).toBeUndefined();
  });

  test('that is full keeps values in the page, and says so until it has space again', () => {
    save('note', 'old');
    failure = new DOMException('Full', 'QuotaExceededError');
    expect(save('note', 'new')).toBe(false);
    expect(load('note')).toBe('new');
    expect(storageFault.value).toBe('full');
    failure = undefined;
    expect(save('note', 'newer')).toBe(true);
    expect(storageFault.value).toBeUndefined();
    expect(items.get('mindspace.note')).toBe('"newer"');
  });

  test('that is forbidden is named', () => {
    failure = new DOMException('No', 'SecurityError');
    expect(load('note')).toBeUndefined();
    expect(storageFault.value).toBe('forbidden');
  });

  test('with a damaged value has none', () => {
    items.set('mindspace.note', '{"text":');
    expect(load('note')).toBeUndefined();
    expect(storageFault.value).toBeUndefined();
  });
});
