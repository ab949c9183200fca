// What a user enters about a group. The one of a new group is stored until it has been created, so that a failure, a reload or
// an expired login loses nothing.
import { signal } from '@preact/signals';
import { newId, type Group, type GroupPatch, type Kind, type NewGroup } from '@mindspace/client';
import { load, remove, save } from '../app/storage';
import { kinds } from '../timer/kinds';

export interface GroupDraft {
  /** Of the group that it will be: sending it twice creates one. */
  id: string;
  title: string;
  description: string;
  kind: Kind;
  plannedSeconds: number;
  /** By this device's clock and time zone, as `2026-12-01T06:00`; empty: its host starts it. */
  scheduledFor: string;
  visibility: Group['visibility'];
  /** Empty: no limit. */
  maxParticipants: string;
}

const storageKey = 'groupDraft';

/** What an `input` of type `datetime-local` has as its value. */
export function localTime(at: string | null | undefined): string {
  if (!at) return '';
  const date = new Date(at);
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

export function emptyDraft(): GroupDraft {
  return {
    id: newId(),
    title: '',
    description: '',
    kind: 'mindfulness',
    plannedSeconds: 1200,
    scheduledFor: '',
    visibility: 'public',
    maxParticipants: '',
  };
}

function text(value: unknown, otherwise: string): string {
  return typeof value === 'string' ? value : otherwise;
}

/** A stored draft, with the initial values for what is missing or makes no sense. */
export function parseDraft(stored: unknown): GroupDraft {
  const values = (typeof stored === 'object' && stored !== null ? stored : {}) as Partial<GroupDraft>;
  const initial = emptyDraft();
  const { plannedSeconds: seconds } = values;
  return {
    id: text(values.id, initial.id),
    title: text(values.title, ''),
    description: text(values.description, ''),
    kind: kinds.find((kind) => kind === values.kind) ?? initial.kind,
    plannedSeconds:
      typeof seconds === 'number' && seconds >= 60 && seconds <= 86_400 ? seconds : initial.plannedSeconds,
    scheduledFor: text(values.scheduledFor, ''),
    visibility: values.visibility === 'unlisted' ? 'unlisted' : 'public',
    maxParticipants: text(values.maxParticipants, ''),
  };
}

interface StoredDraft {
  /** Whose it is: another user of this browser does not see it. */
  userId: string;
  draft: GroupDraft;
}

const stored = signal(load(storageKey) as Partial<StoredDraft> | undefined);
const untouched = signal(emptyDraft());

/** The group that the user has begun to plan. */
export function newDraft(userId: string): GroupDraft {
  return stored.value?.userId === userId ? parseDraft(stored.value.draft) : untouched.value;
}

export function changeNewDraft(userId: string, change: Partial<GroupDraft>): void {
  const next: StoredDraft = { userId, draft: { ...newDraft(userId), ...change } };
  stored.value = next;
  save(storageKey, next);
}

export function discardNewDraft(): void {
  stored.value = undefined;
  untouched.value = emptyDraft();
  remove(storageKey);
}

function instant(local: string): string | null {
  return local === '' ? null : new Date(local).toISOString();
}

export function newGroupOf(draft: GroupDraft): NewGroup {
  const { id, title, description, kind, plannedSeconds, scheduledFor, visibility, maxParticipants } = draft;
  return {
    id,
    title,
    kind,
    plannedSeconds,
    visibility,
    ...(description.trim() !== '' && { description }),
    ...(scheduledFor !== '' && { scheduledFor: instant(scheduledFor) }),
    ...(maxParticipants !== '' && { maxParticipants: Number(maxParticipants) }),
  };
}

export function draftOf(group: Group): GroupDraft {
  return {
    id: group.id,
    title: group.title,
    description: group.description ?? '',
    kind: group.kind,
    plannedSeconds: group.plannedSeconds,
    scheduledFor: localTime(group.scheduledFor),
    visibility: group.visibility,
    maxParticipants: group.maxParticipants ? String(group.maxParticipants) : '',
  };
}

/** What a draft changes of another: only that is sent, so that what was changed elsewhere stays. */
export function patchOf(before: GroupDraft, draft: GroupDraft): GroupPatch {
  const { title, description, kind, plannedSeconds, scheduledFor, visibility, maxParticipants } = draft;
  return {
    ...(title !== before.title && { title }),
    ...(description !== before.description && { description: description.trim() === '' ? null : description }),
    ...(kind !== before.kind && { kind }),
    ...(plannedSeconds !== before.plannedSeconds && { plannedSeconds }),
    ...(scheduledFor !== before.scheduledFor && { scheduledFor: instant(scheduledFor) }),
    ...(visibility !== before.visibility && { visibility }),
    ...(maxParticipants !== before.maxParticipants && {
      maxParticipants: maxParticipants === '' ? null : Number(maxParticipants),
    }),
  };
}
