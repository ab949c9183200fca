// Short messages over the page: what was done, and what went wrong where no field is to blame.
import { signal } from '@preact/signals';
import type { Tone } from '../design/surface';

export interface NoticeEntry {
  id: number;
  tone: Tone;
  text: string;
  action?: { text: string; run: () => void };
}

const shownMs = 8_000;
let lastId = 0;

export const notices = signal<readonly NoticeEntry[]>([]);

export function dismiss(id: number): void {
  notices.value = notices.value.filter((notice) => notice.id !== id);
}

/** Shows a notice, whose id it returns. Those without an action, and with good news, go away; the others stay until dismissed. */
export function notify(tone: Tone, text: string, action?: NoticeEntry['action']): number {
  const id = ++lastId;
  const same = notices.value.filter((notice) => notice.text !== text);
  notices.value = [...same.slice(-2), { id, tone, text, ...(action && { action }) }];
  if (!action && (tone === 'info' || tone === 'success')) setTimeout(() => dismiss(id), shownMs);
  return id;
}
