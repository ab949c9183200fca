import { useEffect, useRef, useState } from 'preact/hooks';
import { connection } from './connection';
import { sessionsChanged } from './queue';

export interface Loaded<T> {
  /** As last loaded, also while it is loaded again or that has failed. */
  data: T | undefined;
  /** Why it could not be loaded the last time. */
  error: unknown;
  loading: boolean;
  reload: () => void;
}

// The server promises that statistics contain a session after a second.
const statisticsDelayMs = 1_500;

/**
 * Loads what a page shows: at once, when `key` changes, when sessions have changed, when the server is back, and when the user
 * comes back to the page.
 */
export function useLoaded<T>(load: (signal: AbortSignal) => Promise<T>, key: string): Loaded<T> {
  const [state, setState] = useState<{ data?: T; error?: unknown; loading: boolean }>({ loading: true });
  const current = useRef<AbortController | undefined>(undefined);
  const latest = useRef(load);
  latest.current = load;

  const reload = () => {
    current.current?.abort();
    const controller = (current.current = new AbortController());
    setState((shown) => ({ ...shown, loading: true }));
    latest.current(controller.signal).then(
      (data) => !controller.signal.aborted && setState({ data, loading: false }),
      (error: unknown) => !controller.signal.aborted && setState((shown) => ({ ...shown, error, loading: false })),
    );
  };

  useEffect(() => {
    reload();
    return () => current.current?.abort();
  }, [key]);

  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const later = () => {
      clearTimeout(timer);
      timer = setTimeout(reload, statisticsDelayMs);
    };
    // Not at once: effects have loaded it already.
    let isFirst = true;
    const endings = [
      connection.subscribe((now) => !isFirst && now === 'connected' && reload()),
      sessionsChanged.subscribe(() => !isFirst && later()),
    ];
    isFirst = false;
    const onVisible = () => document.visibilityState === 'visible' && reload();
    document.addEventListener('visibilitychange', onVisible);
    return () => {
      clearTimeout(timer);
      endings.forEach((end) => end());
      document.removeEventListener('visibilitychange', onVisible);
    };
  }, []);

  return { data: state.data, error: state.error, loading: state.loading, reload };
}
