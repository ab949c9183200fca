/**
 * Reading the history of other apps, and importing it: `@mindspace/client/import`.
 *
 * Needs the packages `saxes` (Apple Health), `@streamparser/json` (Mind Space) and `uuid`.
 */
export { inspectCsv, type CsvLayout } from './csv/layout.js';
export { needsChoice, type ClockParts, type DurationUnit } from './csv/durations.js';
export { type DateOrder } from './csv/dates.js';
export { guessMapping, type CsvChoice, type CsvMapping } from './csv/mapping.js';
export { isComplete } from './csv/reader.js';
export { type Delimiter } from './csv/rows.js';
export { ImportError, type ImportErrorCode } from './errors.js';
export { Importer, newRun, type ImportOptions, type RowOutcome } from './importer.js';
export { ImportJournal, type ImportRun, type ImportSettings, type ImportTotals } from './journal.js';
export { openFile, type CsvFile, type ImportFile, type OpenOptions } from './open.js';
export type {
    DeletionItem,
    FileKind,
    Item,
    Place,
    ProblemItem,
    ProfileItem,
    ReadOptions,
    RowNoticeCode,
    RowProblemCode,
    SessionItem,
} from './items.js';
export { isTimeZone } from './zones.js';
