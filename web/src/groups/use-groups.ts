import { useState } from 'preact/hooks';
import { isProblem, type Group } from '@mindspace/client';
import { api } from '../app/api';
import { userId } from '../app/session';
import { useLoaded, type Loaded } from '../app/use-loaded';
import { forgetGroups, knownGroups } from './known-groups';
import { isOver } from './texts';

export interface GroupLists {
  /** Those the user hosts or has visited. */
  mine: readonly Group[];
  /** Other public ones, soonest first. */
  others: readonly Group[];
  hasMore: boolean;
}

export interface LoadedGroups extends Loaded<GroupLists> {
  loadMore: () => void;
}

const pageSize = 50;

/** The first pages of the public groups. */
async function loadPublic(pages: number, signal: AbortSignal): Promise<{ groups: Group[]; hasMore: boolean }> {
  const list = api.groups.list({ limit: pageSize }, { signal });
  const groups: Group[] = [];
  let cursor: string | null | undefined;
  for (let i = 0; i < pages && cursor !== null; ++i) {
    const page = await list.page(cursor ?? undefined);
    groups.push(...page.items);
    cursor = page.nextCursor;
  }
  return { groups, hasMore: cursor !== null };
}

/** A group that one has the id of, unless there is none any more. */
async function findGroup(id: string, signal: AbortSignal): Promise<Group | undefined> {
  try {
    return await api.groups.get(id, { signal });
  } catch (error) {
    if (isProblem(error, 'not_found')) return undefined;
    throw error;
  }
}

async function loadGroups(user: string, pages: number, signal: AbortSignal): Promise<GroupLists> {
  const { groups, hasMore } = await loadPublic(pages, signal);
  const listed = new Set(groups.map(({ id }) => id));
  const unlistedIds = knownGroups(user).filter((id) => !listed.has(id));
  const found = await Promise.all(unlistedIds.map((id) => findGroup(id, signal)));
  const unlisted = found.filter((group) => group !== undefined && !isOver(group)) as Group[];
  const alive = new Set(unlisted.map(({ id }) => id));
  forgetGroups(
    user,
    unlistedIds.filter((id) => !alive.has(id)),
  );
  const known = new Set(knownGroups(user));
  const isMine = ({ id, host }: Group) => host.id === user || known.has(id);
  return {
    mine: [...unlisted, ...groups.filter(isMine)],
    others: groups.filter((group) => !isMine(group)),
    hasMore,
  };
}

/** The groups that the user can enter, as they are now. */
export function useGroups(): LoadedGroups {
  const [pages, setPages] = useState(1);
  const user = userId.value ?? '';
  const loaded = useLoaded((signal) => loadGroups(user, pages, signal), `${user} ${pages}`);
  return { ...loaded, loadMore: () => setPages(pages + 1) };
}
