// What is said of a group.
import type { Group } from '@mindspace/client';
import { formatAgo, formatDate, formatDuration, formatTime, t } from '../i18n';
import { clockOffsetMs } from '../app/connection';
import { kindName } from '../timer/kinds';

export function isOver({ state }: Group): boolean {
  return state === 'ended' || state === 'cancelled';
}

/** `Walking · 20 min · with Ada Lovelace`. */
export function detailsOf({ kind, plannedSeconds, host }: Group): string {
  return [kindName(kind), formatDuration(plannedSeconds), t('groups.with', { name: host.displayName })].join(' · ');
}

const withZone = {
  weekday: 'long',
  day: 'numeric',
  month: 'long',
  hour: 'numeric',
  minute: '2-digit',
  timeZoneName: 'short',
} as const satisfies Intl.DateTimeFormatOptions;

/** When it begins or ends, by this device's time zone. */
export function whenOf({ state, scheduledFor, endsAt }: Group): string {
  switch (state) {
    case 'ended':
      return t('groups.ended');
    case 'cancelled':
      return t('groups.cancelled');
    case 'running':
      return endsAt ? t('groups.runsUntil', { time: formatTime(endsAt) }) : t('groups.runs');
    case 'scheduled':
      if (!scheduledFor) return t('groups.waitsForHost');
      return t('groups.beginsAt', {
        time: formatDate(scheduledFor, withZone),
        ago: formatAgo(scheduledFor, Date.now() + clockOffsetMs.value),
      });
    default:
      // Of a newer server.
      return '';
  }
}
