// The finished sessions that wait for the server, and what became of them.
import { signal } from '@preact/signals';
import type { QueueOutcome, QueueState } from '@mindspace/client';
import { formatDuration, t } from '../i18n';
import { api } from './api';
import { byServerClock } from './clock-correction';
import { connection } from './connection';
import { notify } from './notices';

export const queue = signal<QueueState>(api.offline.state.value);

/** Increased whenever the sessions on the server have changed, so that pages with statistics load them again. */
export const sessionsChanged = signal(0);

async function onOutcome(outcome: QueueOutcome): Promise<void> {
  if (outcome.outcome === 'invalid') {
    const again = byServerClock(outcome, api.clockSkewMs, Date.now());
    if (again) return api.offline.add(again);
    const { id, durationSeconds } = outcome.session;
    const discard = { text: t('timer.discard'), run: () => void api.offline.discard(id) };
    notify('error', t('timer.rejected', { duration: formatDuration(durationSeconds) }), discard);
  } else {
    sessionsChanged.value++;
  }
}

/** Follows the queue as long as the page lives, and sends it when the server is back. */
export function watchQueue(): void {
  api.offline.state.subscribe((state) => (queue.value = state));
  api.offline.onOutcome((outcome) => void onOutcome(outcome));
  connection.subscribe((state) => {
    if (state === 'connected' && queue.peek().waiting.length) api.offline.send().catch(() => undefined);
  });
}
