import { beforeAll, describe, expect, test, vi } from 'vitest';
import type { Group } from '@mindspace/client';

let drafts: typeof import('./draft');

beforeAll(async () => {
  vi.stubGlobal('localStorage', { getItem: () => null, setItem: () => undefined, removeItem: () => undefined });
  drafts = await import('./draft');
});

const group = {
  id: '019a0000-0000-7000-8000-00000000000a',
  title: 'Morning',
  description: null,
  kind: 'walking',
  plannedSeconds: 600,
  scheduledFor: '2026-12-01T06:00:00.000Z',
  visibility: 'unlisted',
  maxParticipants: 12,
} as Group;

describe('the draft of a group', () => {
  test('becomes a group, its time in this time zone', () => {
    const draft = drafts.draftOf(group);
    expect(draft.scheduledFor).toMatch(/^2026-1[12]-\d\dT\d\d:\d\d$/);
    const { id, title, kind, plannedSeconds, scheduledFor, visibility, maxParticipants } = group;
    expect(drafts.newGroupOf(draft)).toEqual({
      id,
      title,
      kind,
      plannedSeconds,
      scheduledFor,
      visibility,
      maxParticipants,
    });
    expect(drafts.newGroupOf({ ...drafts.emptyDraft(), id, title, description: ' ' })).toEqual({
      id,
      title,
      kind: 'mindfulness',
      plannedSeconds: 1200,
      visibility: 'public',
    });
  });

  test('changes of a group what was changed in it', () => {
    const draft = drafts.draftOf(group);
    expect(drafts.patchOf(draft, { ...draft })).toEqual({});
    expect(drafts.patchOf(draft, { ...draft, title: 'Evening', scheduledFor: '', maxParticipants: '' })).toEqual({
      title: 'Evening',
      scheduledFor: null,
      maxParticipants: null,
    });
  });

  test('of a new group belongs to its user, and keeps its id until the group has been created', () => {
    drafts.changeNewDraft('ada', { title: 'Morning' });
    drafts.changeNewDraft('ada', { description: 'Quiet.' });
    const draft = drafts.newDraft('ada');
    expect(draft).toMatchObject({ title: 'Morning', description: 'Quiet.' });
    expect(drafts.newDraft('ada').id).toBe(draft.id);
    expect(drafts.newDraft('ben').title).toBe('');
    drafts.discardNewDraft();
    expect(drafts.newDraft('ada').title).toBe('');
    expect(drafts.newDraft('ada').id).not.toBe(draft.id);
    expect(drafts.newDraft('ada').id).toBe(drafts.newDraft('ada').id);
  });

  test('is read back from storage, as far as it makes sense', () => {
    const draft = drafts.draftOf(group);
    expect(drafts.parseDraft(JSON.parse(JSON.stringify(draft)))).toEqual(draft);
    for (const other of [undefined, null, 7, { kind: 'running', plannedSeconds: 5, visibility: 'secret' }])
      expect(drafts.parseDraft(other)).toEqual({ ...drafts.emptyDraft(), id: expect.any(String) as string });
  });
});
