import { describe, expect, test } from 'vitest';
import { historyPath, isFiltered, isImpossible, parseFilters, type Filters } from './filters';

describe('filters', () => {
  test.each<Filters>([
    { status: 'completed' },
    { status: 'all', kind: 'walking' },
    { status: 'abandoned', from: '2026-11-01', to: '2026-11-30' },
  ])('are the same after a way through the address: %o', (filters) => {
    const query = Object.fromEntries(new URL(historyPath(filters), 'http://localhost').searchParams);
    expect(parseFilters(query)).toEqual(filters);
  });

  test('ignore what an address cannot mean', () => {
    const query = { from: '2026-13-01', to: 'yesterday', kind: 'dancing', status: 'lost', page: '2' };
    expect(parseFilters(query)).toEqual({ status: 'completed' });
  });

  test('know whether they leave anything out, and whether anything is left', () => {
    expect(isFiltered({ status: 'completed' })).toBe(false);
    expect(isFiltered({ status: 'completed', to: '2026-11-30' })).toBe(true);
    expect(isImpossible({ status: 'all', from: '2026-11-30', to: '2026-11-30' })).toBe(false);
    expect(isImpossible({ status: 'all', from: '2026-12-01', to: '2026-11-30' })).toBe(true);
  });
});
