import { useEffect, useRef } from 'preact/hooks';

/** Loads again from time to time, while the page is seen. */
export function useRefresh(reload: () => void, everyMs: number): void {
  const latest = useRef(reload);
  latest.current = reload;
  useEffect(() => {
    const timer = setInterval(() => document.visibilityState === 'visible' && latest.current(), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
}
