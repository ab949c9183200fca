import { beforeAll, describe, expect, test, vi } from 'vitest';

let groups: typeof import('./known-groups');

beforeAll(async () => {
  vi.stubGlobal('localStorage', { getItem: () => null, setItem: () => undefined });
  groups = await import('./known-groups');
});

describe('groups that a user knows', () => {
  test('are at most twenty, the latest first, each once', () => {
    for (let i = 1; i <= 25; ++i) groups.rememberGroup('ada', `group ${i}`);
    groups.rememberGroup('ada', 'group 20');
    expect(groups.knownGroups('ada').slice(0, 3)).toEqual(['group 20', 'group 25', 'group 24']);
    expect(groups.knownGroups('ada')).toHaveLength(20);
    groups.forgetGroups('ada', ['group 20', 'group 24']);
    expect(groups.knownGroups('ada').slice(0, 2)).toEqual(['group 25', 'group 23']);
  });

  test('are not shown to another user', () => {
    groups.rememberGroup('ada', 'secret');
    expect(groups.knownGroups('ben')).toEqual([]);
    groups.rememberGroup('ben', 'other');
    expect(groups.knownGroups('ben')).toEqual(['other']);
    expect(groups.knownGroups('ada')).toEqual([]);
  });

  test('are read back from storage, and nothing else is', () => {
    expect(groups.parseKnownGroups({ userId: 'ada', ids: ['a', 7, 'b'] })).toEqual({ userId: 'ada', ids: ['a', 'b'] });
    for (const other of [undefined, null, 7, 'x', {}, { userId: 'ada' }, { ids: [] }])
      expect(groups.parseKnownGroups(other)).toBeUndefined();
  });
});
