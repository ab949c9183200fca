// The finished sessions that wait for the server, and what became of them.
import { effect, signal } from '@preact/signals';
import type { QueueOutcome, QueueState } from '@mindspace/client';
import { formatDuration, t } from '../i18n';
import { api } from './api';
import { byServerClock } from './clock-correction';
import { clockOffsetMs, connection } from './connection';
import { notify } from './notices';

export const queue = signal<QueueState>(api.offline.state.value);

/** Increased whenever the sessions on the server have changed, so that pages with statistics load them again. */
export const sessionsChanged = signal(0);

// Once each: what is refused again is not the clock's fault.
const corrected = new Set<string>();

/** Sends again, with the server's time, what was refused because of this device's clock. */
function correctRefused(refused: readonly QueueOutcome[], skewMs: number): void {
  for (const outcome of refused) {
    const again = byServerClock(outcome, skewMs, Date.now());
    if (!again || corrected.has(again.id)) continue;
    corrected.add(again.id);
    void api.offline.add(again);
  }
}

function onOutcome(outcome: QueueOutcome): void {
  if (outcome.outcome === 'conflict' || outcome.outcome === 'deleted') {
    notify('error', t('timer.notTaken', { duration: formatDuration(outcome.session.durationSeconds) }));
  } else if (outcome.outcome !== 'invalid') {
    sessionsChanged.value++;
  } else if (!byServerClock(outcome, api.clockSkewMs, Date.now()) || corrected.has(outcome.session.id)) {
    const { id, durationSeconds } = outcome.session;
    const discard = { text: t('timer.discard'), run: () => void api.offline.discard(id) };
    notify('error', t('timer.rejected', { duration: formatDuration(durationSeconds) }), discard);
  }
}

/** Follows the queue as long as the page lives, and sends it when the server is back. */
export function watchQueue(): void {
  api.offline.state.subscribe((state) => (queue.value = state));
  api.offline.onOutcome(onOutcome);
  effect(() => correctRefused(queue.value.rejected, clockOffsetMs.value));
  connection.subscribe((state) => {
    if (state === 'connected' && queue.peek().waiting.length) api.offline.send().catch(() => undefined);
  });
}
