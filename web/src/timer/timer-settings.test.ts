import { beforeAll, describe, expect, test, vi } from 'vitest';

let parseSettings: typeof import('./timer-settings').parseSettings;

beforeAll(async () => {
  vi.stubGlobal('localStorage', { getItem: () => null });
  ({ parseSettings } = await import('./timer-settings'));
});

describe('settings of the timer', () => {
  test('are those of the last time', () => {
    const stored = {
      kind: 'walking',
      plannedSeconds: 600,
      preparationSeconds: 0,
      intervalSeconds: 60,
      volume: 0,
      keepScreenOn: false,
    };
    expect(parseSettings(stored)).toEqual(stored);
  });

  test('that make no sense are replaced one by one', () => {
    const initial = parseSettings(undefined);
    expect(parseSettings({ kind: 'running', plannedSeconds: -1, volume: 7, preparationSeconds: 'ten' })).toEqual(
      initial,
    );
    expect(parseSettings({ plannedSeconds: 300 })).toEqual({ ...initial, plannedSeconds: 300 });
    for (const other of [null, 7, 'x', []]) expect(parseSettings(other)).toEqual(initial);
  });
});
