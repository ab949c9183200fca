// What the readers of files yield: sessions ready to be imported, and rows that cannot be.

import type { ImportedSession } from '../types.js';

/** Where something stands in a file: a line of text, a row of a table, or an element of a list, counted from 1. */
export interface Place {
    unit: 'line' | 'row' | 'item';
    number: number;
}

/** Why a row cannot be imported. */
export type RowProblemCode =
    | 'missing_value' // a date or a duration is not there
    | 'bad_date' // not a date in the chosen format
    | 'date_out_of_range' // before the year 2000
    | 'in_future' // begins or ends in the future
    | 'bad_duration' // not a duration in the chosen format
    | 'too_short' // under a second
    | 'too_long' // over a day
    | 'ends_before_start'
    | 'duplicate' // of an earlier row of the file
    | 'not_completed' // was never finished, so it counts nowhere
    | 'malformed'; // breaks the rules of the file's format

/** What was changed in a row, or what to look at; it is imported nevertheless. */
export type RowNoticeCode =
    | 'overlaps' // an earlier session of the file, by more than half of the shorter one
    | 'note_shortened' // to the 2000 characters that a note can have
    | 'mood_ignored' // not a mood from 1 to 5
    | 'time_unknown'; // the file has the date only; noon is assumed

export interface SessionItem {
    type: 'session';
    place: Place;
    session: ImportedSession;
    notices: RowNoticeCode[];
}

export interface ProblemItem {
    type: 'problem';
    place: Place;
    code: RowProblemCode;
    /** What stands in the file, shortened. */
    text: string;
}

/** A session that was deleted on the server that the export comes from. */
export interface DeletionItem {
    type: 'deletion';
    place: Place;
    id: string;
}

/** The settings of the account that the export comes from, which decide on which day a session counts. */
export interface ProfileItem {
    type: 'profile';
    place: Place;
    profile: { timezone?: string; dayStartHour?: number; dailyGoalSeconds?: number };
}

export type Item = SessionItem | ProblemItem | DeletionItem | ProfileItem;

export type FileKind = 'appleHealth' | 'healthConnect' | 'csv' | 'mindspace';

export interface ReadOptions {
    /** The IANA time zone of times without one, and of sessions whose own is not known. */
    timezone: string;
    /** Sessions must have ended by then; now unless stated, and the same again to resume an import. */
    now?: Date;
    signal?: AbortSignal;
    /** Called with the bytes that have been read of the file. */
    onProgress?: (bytes: number) => void;
}
