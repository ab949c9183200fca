// What every reader does with a row that it has understood: check it against the rules of the import, name it, and
// compare it with the rows before.

import { sourceId } from './ids.js';
import type { Kind } from '../types.js';
import type { Item, Place, ProblemItem, ReadOptions, RowNoticeCode, RowProblemCode } from './items.js';
import { isTimeZone } from './zones.js';

/** A session as a source has it. Times are milliseconds since 1970. */
export interface Draft {
    place: Place;
    /** What stands in the file, for people. */
    text: string;
    start: number;
    durationSeconds: number;
    kind: Kind;
    /** The session's id if it has one that the API takes, otherwise how its source tells it from others. */
    id?: string;
    identity?: string;
    timezone?: string | undefined;
    plannedSeconds?: number | undefined;
    moodBefore?: number | undefined;
    moodAfter?: number | undefined;
    note?: string | undefined;
    notices?: RowNoticeCode[];
}

const kEarliest = Date.UTC(2000, 0, 1);
const kLongestSeconds = 86_400;
const kLongestNote = 2000;
const kLongestText = 120;
// Beyond these, the server still finds the duplicates and the overlaps.
const kRememberedIds = 100_000;
const kRememberedSpans = 200;

/** Makes the item of a row that cannot be imported. */
export function problem(place: Place, code: RowProblemCode, text: string): ProblemItem {
    const line = text.replace(/\s+/g, ' ').trim();
    return {
        type: 'problem',
        place,
        code,
        text: line.length > kLongestText ? line.slice(0, kLongestText - 1) + '…' : line,
    };
}

// eslint-disable-next-line no-control-regex -- the API takes no control characters but tab and line feed
const kControls = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/g;

function cleanNote(note: string | undefined, notices: RowNoticeCode[]): string | undefined {
    const text = note?.replace(/\r\n?/g, '\n').replace(kControls, '').normalize('NFC');
    if (!text) return undefined;
    const characters = Array.from(text.slice(0, 2 * kLongestNote + 2));
    if (characters.length <= kLongestNote) return text;
    notices.push('note_shortened');
    return characters.slice(0, kLongestNote).join('');
}

function cleanMood(mood: number | undefined, notices: RowNoticeCode[]): number | undefined {
    if (mood === undefined || (Number.isInteger(mood) && mood >= 1 && mood <= 5)) return mood;
    if (!notices.includes('mood_ignored')) notices.push('mood_ignored');
    return undefined;
}

/** The rows of one file on their way to items. */
export class Intake {
    private readonly ids = new Set<string>();
    private readonly spans: { start: number; end: number }[] = [];
    private readonly now: number;

    constructor(
        private readonly source: string,
        readonly options: ReadOptions,
    ) {
        this.now = (options.now ?? new Date()).getTime();
    }

    /** The session of a row, or why it is none. */
    accept(draft: Draft): Item {
        const reject = (code: RowProblemCode): ProblemItem => problem(draft.place, code, draft.text);
        const { start } = draft;
        const durationSeconds = Math.round(draft.durationSeconds);
        if (!Number.isFinite(start)) return reject('bad_date');
        if (!Number.isFinite(durationSeconds)) return reject('bad_duration');
        if (durationSeconds < 0) return reject('ends_before_start');
        if (durationSeconds === 0) return reject('too_short');
        if (durationSeconds > kLongestSeconds) return reject('too_long');
        if (start < kEarliest) return reject('date_out_of_range');
        const end = start + durationSeconds * 1000;
        if (end > this.now) return reject('in_future');

        const id = draft.id ?? sourceId(this.source, draft.identity ?? `${start}/${durationSeconds}`);
        if (this.ids.has(id)) return reject('duplicate');
        if (this.ids.size < kRememberedIds) this.ids.add(id);

        const notices = [...(draft.notices ?? [])];
        if (!notices.includes('time_unknown') && this.overlaps(start, end)) notices.push('overlaps');
        const optional = {
            plannedSeconds: draft.plannedSeconds,
            timezone: this.zoneOf(draft),
            moodBefore: cleanMood(draft.moodBefore, notices),
            moodAfter: cleanMood(draft.moodAfter, notices),
            note: cleanNote(draft.note, notices),
        };
        const session = { id, kind: draft.kind, startedAt: new Date(start).toISOString(), durationSeconds };
        for (const [name, value] of Object.entries(optional))
            if (value !== undefined) Object.assign(session, { [name]: value });
        return { type: 'session', place: draft.place, session, notices };
    }

    // Named even if it is the account's own zone, so that changing that one later changes nothing of a repeated import.
    private zoneOf(draft: Draft): string {
        return draft.timezone !== undefined && isTimeZone(draft.timezone) ? draft.timezone : this.options.timezone;
    }

    // By more than half of the shorter one, as the server counts it.
    private overlaps(start: number, end: number): boolean {
        const found = this.spans.some((span) => {
            const shared = Math.min(end, span.end) - Math.max(start, span.start);
            return 2 * shared > Math.min(end - start, span.end - span.start);
        });
        this.spans.push({ start, end });
        if (this.spans.length > kRememberedSpans) this.spans.shift();
        return found;
    }
}
