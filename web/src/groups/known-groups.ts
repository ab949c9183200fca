// The groups that the user has created or visited in this browser: an unlisted group is found by its link only.
import { signal } from '@preact/signals';
import { load, save } from '../app/storage';

const storageKey = 'groups';
const mostKnown = 20;

export interface KnownGroups {
  /** Whose they are. Those of another user are forgotten. */
  userId: string;
  /** The latest first. */
  ids: readonly string[];
}

/** What was stored, if it is that. */
export function parseKnownGroups(stored: unknown): KnownGroups | undefined {
  const { userId, ids } = (stored ?? {}) as Partial<KnownGroups>;
  if (typeof userId !== 'string' || !Array.isArray(ids)) return undefined;
  return { userId, ids: ids.filter((id) => typeof id === 'string').slice(0, mostKnown) };
}

const known = signal(parseKnownGroups(load(storageKey)));

function store(next: KnownGroups): void {
  known.value = next;
  save(storageKey, next);
}

export function knownGroups(userId: string): readonly string[] {
  return known.value?.userId === userId ? known.value.ids : [];
}

export function rememberGroup(userId: string, id: string): void {
  const others = knownGroups(userId).filter((other) => other !== id);
  store({ userId, ids: [id, ...others].slice(0, mostKnown) });
}

/** Groups that are over need not be asked for again. */
export function forgetGroups(userId: string, ids: readonly string[]): void {
  if (ids.length) store({ userId, ids: knownGroups(userId).filter((id) => !ids.includes(id)) });
}
