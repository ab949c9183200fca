// Which sessions the history shows. It stands in the address, so that links lead to it and the browser's back button works.
import type { Kind, MeditationSession } from '@mindspace/client';
import { kinds } from '../timer/kinds';

type Status = MeditationSession['status'];

export interface Filters {
  /** Local dates, both included. */
  from?: string;
  to?: string;
  kind?: Kind;
  status: Status | 'all';
}

export const statuses = ['completed', 'abandoned', 'active', 'all'] as const;

function isDate(text: string | undefined): text is string {
  return text !== undefined && /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(`${text}T00:00:00Z`));
}

/** What an address asks for, without what is not valid. */
export function parseFilters(query: Readonly<Record<string, string | undefined>>): Filters {
  const { from, to } = query;
  const kind = kinds.find((each) => each === query['kind']);
  const status = statuses.find((each) => each === query['status']) ?? 'completed';
  return { ...(isDate(from) && { from }), ...(isDate(to) && { to }), ...(kind && { kind }), status };
}

/** The address of the history with these filters. */
export function historyPath({ from, to, kind, status }: Filters): string {
  const query = new URLSearchParams();
  if (from) query.set('from', from);
  if (to) query.set('to', to);
  if (kind) query.set('kind', kind);
  if (status !== 'completed') query.set('status', status);
  return query.size ? `/history?${query}` : '/history';
}

export function isFiltered(filters: Filters): boolean {
  return historyPath(filters) !== '/history';
}

/** Whether no session can match, because the last day is before the first. */
export function isImpossible({ from, to }: Filters): boolean {
  return from !== undefined && to !== undefined && to < from;
}
