import { useEffect, useRef, useState } from 'preact/hooks';
import type { MeditationSession } from '@mindspace/client';
import { api } from '../app/api';
import { connection } from '../app/connection';
import { historyPath, isImpossible, type Filters } from './filters';

const pageSize = 30;

export interface History {
  items: readonly MeditationSession[];
  loading: boolean;
  error: unknown;
  /** Whether there are older ones. */
  hasMore: boolean;
  /** Loads the next page, once at a time. After an error it tries again. */
  loadMore: () => void;
  /** Shows the session as it is now. */
  replace: (session: MeditationSession) => void;
}

interface State {
  items: readonly MeditationSession[];
  cursor: string | null;
  loading: boolean;
  error?: unknown;
}

const nothing: State = { items: [], cursor: null, loading: true };

/** The history page by page, the newest first. It begins anew when the filters change. */
export function useHistory(filters: Filters): History {
  const [state, setState] = useState<State>(nothing);
  const call = useRef<AbortController | undefined>(undefined);
  const { status, ...rest } = filters;

  const load = async (before: State) => {
    const controller = (call.current = new AbortController());
    const { signal } = controller;
    setState({ items: before.items, cursor: before.cursor, loading: true });
    const query = { ...rest, ...(status !== 'all' && { status }), limit: pageSize };
    try {
      const { items, nextCursor } = await api.sessions.list(query, { signal }).page(before.cursor ?? undefined);
      if (signal.aborted) return;
      // One that was added meanwhile may have moved others to the next page.
      const known = new Set(before.items.map(({ id }) => id));
      const shown = [...before.items, ...items.filter(({ id }) => !known.has(id))];
      setState({ items: shown, cursor: nextCursor ?? null, loading: false });
    } catch (error) {
      if (!signal.aborted) setState({ ...before, loading: false, error });
    }
  };

  useEffect(() => {
    if (isImpossible(filters)) setState({ items: [], cursor: null, loading: false });
    else void load(nothing);
    return () => call.current?.abort();
  }, [historyPath(filters)]);

  const isStuck = state.error !== undefined;
  useEffect(() => {
    if (!isStuck) return;
    let isFirst = true;
    const end = connection.subscribe((now) => !isFirst && now === 'connected' && void load(state));
    isFirst = false;
    return end;
  }, [isStuck]);

  return {
    items: state.items,
    loading: state.loading,
    error: state.error,
    hasMore: state.cursor !== null,
    loadMore: () => {
      if (!state.loading && (state.cursor !== null || isStuck)) void load(state);
    },
    replace: (session) =>
      setState((shown) => ({ ...shown, items: shown.items.map((each) => (each.id === session.id ? session : each)) })),
  };
}
