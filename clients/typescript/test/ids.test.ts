import { expect, it, vi } from 'vitest';
import { newId } from '../src/index.js';

it('makes UUIDs of version 7, which sort by time', () => {
    const id = newId(0x0123_4567_89ab);
    expect(id).toMatch(/^01234567-89ab-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(newId(1) < newId(2)).toBe(true);
    expect(newId(5)).not.toBe(newId(5));
});

it('makes them without crypto, as in React Native', () => {
    vi.stubGlobal('crypto', undefined);
    expect(newId(7)).toMatch(/^00000000-0007-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    vi.unstubAllGlobals();
});
