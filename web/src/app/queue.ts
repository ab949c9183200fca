// The finished sessions that wait for the server, and what became of them.
import { signal } from '@preact/signals';
import type { QueueOutcome, QueueState } from '@mindspace/client';
import { formatDuration, t } from '../i18n';
import { api } from './api';
import { connection } from './connection';
import { notify } from './notices';

export const queue = signal<QueueState>(api.offline.state.value);

/** Increased whenever the server has taken a session, so that pages with statistics load them again. */
export const sessionsSent = signal(0);

// By less the clocks of device and server may differ without being wrong.
const tolerableSkewMs = 60_000;

/** If the server refused it because of this device's clock: the same session by the server's clock. */
function corrected({ session, errors }: QueueOutcome): QueueOutcome['session'] | undefined {
  const isTime = errors?.some(({ pointer }) => pointer?.endsWith('/startedAt'));
  const startedAt = Date.now() + api.clockSkewMs - session.durationSeconds * 1000;
  if (!isTime || Math.abs(api.clockSkewMs) < tolerableSkewMs) return undefined;
  return { ...session, startedAt: new Date(startedAt).toISOString() };
}

async function onOutcome(outcome: QueueOutcome): Promise<void> {
  if (outcome.outcome === 'invalid') {
    const again = corrected(outcome);
    if (again) return api.offline.add(again);
    const duration = formatDuration(outcome.session.durationSeconds);
    notify('error', t('timer.rejected', { duration }));
  } else {
    sessionsSent.value++;
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
