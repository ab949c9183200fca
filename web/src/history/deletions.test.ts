import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { MeditationSession } from '@mindspace/client';

vi.stubGlobal('navigator', { languages: ['en'] });

const remove = vi.hoisted(() => vi.fn<(id: string) => Promise<void>>());

vi.mock('../app/api', () => ({ api: { sessions: { delete: remove } } }));
vi.mock('../app/faults', () => ({ report: vi.fn() }));
vi.mock('../app/queue', () => ({ sessionsChanged: { value: 0 } }));
vi.mock('./texts', () => ({ describeSession: ({ id }: MeditationSession) => id }));

const { deletedIds, deleteSession, finishDeletions } = await import('./deletions');
const { dismiss, notices } = await import('../app/notices');
const { report } = await import('../app/faults');

let count = 0;

/** Deletes another session; returns its id, and the notice that says so. */
function deleteAnother() {
  const id = `session ${++count}`;
  deleteSession({ id } as MeditationSession);
  return { id, notice: notices.value.at(-1)! };
}

beforeEach(() => {
  vi.useFakeTimers();
  remove.mockReset().mockResolvedValue();
});
afterEach(() => {
  finishDeletions();
  vi.useRealTimers();
});

describe('a deletion', () => {
  test('hides the session at once, and reaches the server when its time is over', async () => {
    const { id } = deleteAnother();
    expect(deletedIds.value.has(id)).toBe(true);
    await vi.advanceTimersByTimeAsync(19_000);
    expect(remove).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(remove.mock.calls).toEqual([[id]]);
    expect(notices.value).toEqual([]);
    expect(deletedIds.value.has(id)).toBe(true);
  });

  test('that is undone never reaches the server', async () => {
    const { id, notice } = deleteAnother();
    // As the notice's button does.
    dismiss(notice.id);
    notice.action?.run();
    await vi.advanceTimersByTimeAsync(60_000);
    finishDeletions();
    expect(remove).not.toHaveBeenCalled();
    expect(deletedIds.value.has(id)).toBe(false);
  });

  test('is sent when its notice is dismissed, and once', async () => {
    const { id, notice } = deleteAnother();
    dismiss(notice.id);
    await vi.advanceTimersByTimeAsync(60_000);
    finishDeletions();
    expect(remove.mock.calls).toEqual([[id]]);
  });

  test('is sent when the history is left', () => {
    const { id } = deleteAnother();
    finishDeletions();
    expect(remove.mock.calls).toEqual([[id]]);
  });

  test('that fails shows the session again, and why', async () => {
    const fault = new Error('no network');
    remove.mockRejectedValue(fault);
    const { id } = deleteAnother();
    finishDeletions();
    await vi.advanceTimersByTimeAsync(0);
    expect(deletedIds.value.has(id)).toBe(false);
    expect(report).toHaveBeenCalledWith(fault);
  });
});
