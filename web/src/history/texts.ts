import type { MeditationSession } from '@mindspace/client';
import { formatDate, formatDuration, t } from '../i18n';
import { kindName } from '../timer/kinds';

/** The date and time in the session's own zone, in which it was sat. */
export function formatIn({ startedAt, timezone }: MeditationSession, options: Intl.DateTimeFormatOptions): string {
  try {
    return formatDate(startedAt, { ...options, timeZone: timezone });
  } catch {
    // A zone that this browser does not know.
    return formatDate(startedAt, options);
  }
}

/** `Walking, 20 min, 23 Nov 2026, 06:00`, to tell a session from the others. */
export function describeSession(session: MeditationSession): string {
  return t('history.session', {
    kind: kindName(session.kind),
    duration: formatDuration(session.durationSeconds ?? session.plannedSeconds),
    when: formatIn(session, { dateStyle: 'medium', timeStyle: 'short' }),
  });
}
