// Words for what readers and imports report.
import {
  ImportError,
  type FileKind,
  type ImportErrorCode,
  type Place,
  type RowOutcome,
  type RowProblemCode,
} from '@mindspace/client/import';
import { formatDate, t, type MessageKey } from '../i18n';
import { describe } from '../app/faults';

const kindNames: Readonly<Record<FileKind, MessageKey>> = {
  appleHealth: 'moving.kindAppleHealth',
  healthConnect: 'moving.kindHealthConnect',
  csv: 'moving.kindCsv',
  mindspace: 'moving.kindMindspace',
};

const fileFaults: Readonly<Record<ImportErrorCode, MessageKey>> = {
  empty: 'moving.fileEmpty',
  unrecognised: 'moving.fileUnrecognised',
  truncated: 'moving.fileTruncated',
  damaged: 'moving.fileDamaged',
  encrypted: 'moving.fileEncrypted',
  unsupported: 'moving.fileUnsupported',
  nothing_inside: 'moving.fileNothingInside',
  unclosed_quote: 'moving.fileUnclosedQuote',
  field_too_long: 'moving.fileFieldTooLong',
};

const rowProblems: Readonly<Record<RowProblemCode, MessageKey>> = {
  missing_value: 'moving.problemMissingValue',
  bad_date: 'moving.problemBadDate',
  date_out_of_range: 'moving.problemOutOfRange',
  in_future: 'moving.problemInFuture',
  bad_duration: 'moving.problemBadDuration',
  too_short: 'moving.problemTooShort',
  too_long: 'moving.problemTooLong',
  ends_before_start: 'moving.problemEndsBeforeStart',
  duplicate: 'moving.problemDuplicate',
  not_completed: 'moving.problemNotCompleted',
  malformed: 'moving.problemMalformed',
};

const outcomes: Readonly<Record<Exclude<RowOutcome['outcome'], 'problem'>, MessageKey>> = {
  created: 'moving.outcomeOverlaps',
  exists: 'moving.outcomeExists',
  conflict: 'moving.outcomeConflict',
  deleted: 'moving.outcomeDeleted',
  invalid: 'moving.outcomeInvalid',
  leftOut: 'moving.outcomeLeftOut',
  removed: 'moving.outcomeRemoved',
};

export function fileKindName(kind: FileKind): string {
  return t(kindNames[kind]);
}

export function placeName({ unit, number }: Place): string {
  const keys: Record<Place['unit'], MessageKey> = { line: 'moving.line', row: 'moving.row', item: 'moving.item' };
  return t(keys[unit], { number });
}

/** What is wrong with a row, and what stands in it. */
export function problemText(code: RowProblemCode, text: string): string {
  const problem = t(rowProblems[code]);
  return text ? t('moving.problemWithText', { problem, text }) : problem;
}

/** What has become of a row, in the words of the outcome list. */
export function outcomeText({ outcome, problem, session, text = '' }: RowOutcome): string {
  if (outcome === 'problem') return problemText(problem ?? 'malformed', text);
  const words = t(outcomes[outcome]);
  return session ? t('moving.problemWithText', { problem: words, text: sessionTime(session) }) : words;
}

/** When a session began, as the clock showed there. */
export function sessionTime({ startedAt, timezone }: { startedAt: string; timezone?: string | null }): string {
  const zone = timezone ?? undefined;
  try {
    return formatDate(startedAt, { dateStyle: 'medium', timeStyle: 'short', ...(zone && { timeZone: zone }) });
  } catch {
    return formatDate(startedAt, { dateStyle: 'medium', timeStyle: 'short' }); // a zone that this browser does not know
  }
}

/** Why a file cannot be read, or an import went no further. */
export function faultText(error: unknown): string {
  if (error instanceof ImportError) {
    const fault = t(fileFaults[error.code]);
    return error.line === undefined ? fault : t('moving.faultAtLine', { fault, line: error.line });
  }
  if (error instanceof DOMException && error.name !== 'AbortError') return t('moving.fileUnreadable');
  return describe(error);
}
