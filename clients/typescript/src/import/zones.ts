// Time zones: from local times to instants and back, by the platform's own time-zone data.

/** A local date and time; the month counts from 1. */
export interface LocalTime {
    year: number;
    month: number;
    day: number;
    hour: number;
    minute: number;
    second: number;
    millisecond: number;
}

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(zone: string): Intl.DateTimeFormat {
    let format = formats.get(zone);
    if (!format) {
        format = new Intl.DateTimeFormat('en-US', {
            timeZone: zone,
            calendar: 'gregory',
            numberingSystem: 'latn',
            hourCycle: 'h23',
            year: 'numeric',
            month: '2-digit',
            day: '2-digit',
            hour: '2-digit',
            minute: '2-digit',
            second: '2-digit',
        });
        formats.set(zone, format);
    }
    return format;
}

/** Whether the platform knows the zone. */
export function isTimeZone(zone: string): boolean {
    try {
        formatOf(zone);
        return /^[A-Za-z]/.test(zone); // platforms accept offsets such as +01:00, too; the API does not
    } catch {
        return false;
    }
}

/** The zone's offset from UTC at an instant, in seconds, positive in the east. */
export function offsetAt(zone: string, instant: number): number {
    const part: Record<string, number> = {};
    for (const { type, value } of formatOf(zone).formatToParts(instant)) part[type] = Number(value);
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = part;
    const local = Date.UTC(year, month - 1, day, hour, minute, second);
    return Math.round((local - Math.floor(instant / 1000) * 1000) / 1000);
}

/** The instant of a local time as if it was UTC. NaN if the date does not exist. */
export function utcInstant(time: LocalTime): number {
    const { year, month, day, hour, minute, second, millisecond } = time;
    const instant = Date.UTC(year, month - 1, day, hour, minute, second, millisecond);
    const back = new Date(instant);
    const exists =
        year >= 1000 &&
        back.getUTCMonth() === month - 1 &&
        back.getUTCDate() === day &&
        back.getUTCHours() === hour &&
        back.getUTCMinutes() === minute &&
        back.getUTCSeconds() === second;
    return exists ? instant : NaN;
}

/** The instant of a local time in a zone: the first of two, and as much later as the clock was set forward. */
export function instantIn(zone: string, time: LocalTime): number {
    const local = utcInstant(time);
    if (Number.isNaN(local)) return NaN;
    const before = local - offsetAt(zone, local - 86_400_000) * 1000;
    const after = local - offsetAt(zone, local + 86_400_000) * 1000;
    for (const instant of [Math.min(before, after), Math.max(before, after)])
        if (instant + offsetAt(zone, instant) * 1000 === local) return instant;
    return before;
}

// One zone each for the offsets that are not whole hours.
const kOddZones = [
    'Asia/Kolkata',
    'Asia/Kathmandu',
    'Australia/Adelaide',
    'Australia/Darwin',
    'America/St_Johns',
    'Asia/Tehran',
    'Asia/Kabul',
    'Asia/Yangon',
    'Australia/Eucla',
    'Australia/Lord_Howe',
    'Pacific/Marquesas',
    'Pacific/Chatham',
];

/**
 * A zone with this offset at this instant, so that the session counts on the day that it had there: the preferred one
 * if it had that offset; undefined if there is none.
 */
export function zoneWithOffset(offset: number, instant: number, preferred: string): string | undefined {
    if (offsetAt(preferred, instant) === offset) return preferred;
    const hours = offset / 3600;
    if (Number.isInteger(hours) && hours >= -12 && hours <= 14)
        return hours === 0 ? 'Etc/UTC' : `Etc/GMT${hours > 0 ? '-' : '+'}${Math.abs(hours)}`;
    return kOddZones.find((zone) => isTimeZone(zone) && offsetAt(zone, instant) === offset);
}
