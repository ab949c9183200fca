import type { RefObject } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

let isFirstPage = true;

/**
 * Names the window after the page and, when a page opens by a link, moves the focus to its heading, where a screen reader
 * continues. A control with `autofocus` goes first.
 */
export function usePageTitle(title: string): RefObject<HTMLHeadingElement | null> {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} · Mind Space`;
  }, [title]);
  useEffect(() => {
    if (!isFirstPage) {
      const page = heading.current?.closest('main');
      (page?.querySelector<HTMLElement>('[autofocus]') ?? heading.current)?.focus({ preventScroll: true });
    }
    isFirstPage = false;
  }, []);
  return heading;
}
