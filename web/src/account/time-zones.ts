// IANA time zones, as the browser knows them.

/** The zone that this device is set to. */
export function deviceTimeZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC';
}

/** All zones for a list, with the given one even if this browser does not know it. */
export function timeZonesWith(chosen: string): string[] {
  return [...new Set([...Intl.supportedValuesOf('timeZone'), 'UTC', deviceTimeZone(), chosen])].sort();
}
