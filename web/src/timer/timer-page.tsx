import type { JSX } from 'preact';
import { currentSit } from './current-sit';
import { Finished } from './finished';
import { Running } from './running';
import { Setup } from './setup';
import { phaseOf } from './sit';
import { useNow } from './use-now';

/** Before, during and after a sit. */
export default function TimerPage(): JSX.Element {
  const sit = currentSit.value;
  const now = useNow(sit !== undefined && sit.stoppedAt === undefined);
  if (!sit) return <Setup />;
  // The clock may have ticked since the last look.
  const current = Math.max(now, sit.begunAt);
  return phaseOf(sit, current) === 'finished' ? (
    <Finished sit={sit} now={current} />
  ) : (
    <Running sit={sit} now={current} />
  );
}
