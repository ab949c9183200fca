import type { FinishedSession, QueueOutcome } from '@mindspace/client';

// By less the clocks of device and server may differ without being wrong.
const tolerableSkewMs = 60_000;

const futureCodes = ['ends_in_future', 'in_future'];

/**
 * A session that the server refused because of this device's clock, as if it had ended now by the server's; undefined if the
 * clock is not to blame.
 */
export function byServerClock(refused: QueueOutcome, skewMs: number, now: number): FinishedSession | undefined {
  const isInFuture = refused.errors?.some(({ code }) => futureCodes.includes(code));
  if (!isInFuture || Math.abs(skewMs) < tolerableSkewMs) return undefined;
  const startedAt = now + skewMs - refused.session.durationSeconds * 1000;
  return { ...refused.session, startedAt: new Date(startedAt).toISOString() };
}
