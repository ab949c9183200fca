// What the page is doing: choosing a file, looking into it, importing it, undoing. It goes on while other pages are open.
import { effect, signal } from '@preact/signals';
import { indexedDbStorage } from '@mindspace/client';
import {
  ImportJournal,
  Importer,
  inspectCsv,
  isComplete,
  newRun,
  openFile,
  guessMapping,
  type CsvFile,
  type CsvLayout,
  type CsvMapping,
  type ImportFile,
  type ImportRun,
  type ImportSettings,
  type RowOutcome,
} from '@mindspace/client/import';
import { formatLocale } from '../i18n';
import { deviceTimeZone } from '../account/time-zones';
import { api } from '../app/api';
import { acceptProfile, authState, profile } from '../app/session';
import { emptyScan, scanItems, type Scan } from './scan';

export type Opened = ImportFile | CsvFile;

export interface PreviewChoices {
  timezone: string;
  leaveOutOverlaps: boolean;
  applyDeletions: boolean;
  takeSettings: boolean;
}

/** What became of an import, as far as it is worth showing. */
export interface Outcome {
  run: ImportRun;
  /** The first rows of which not everything is as hoped. */
  rows: readonly RowOutcome[];
  fault?: unknown;
  /** To import it again in another way. */
  source?: { file: File; opened: Opened };
}

export type Stage =
  | { name: 'choose'; fault?: unknown }
  | { name: 'opening'; file: File; share: number }
  | { name: 'preview'; file: File; opened: Opened; choices: PreviewChoices; scan: Scan; share: number }
  | { name: 'importing'; run: ImportRun; share: number; waitSeconds?: number }
  | { name: 'undoing'; run: ImportRun; share: number }
  | ({ name: 'ended' } & Outcome);

const mostRows = 200;

export const stage = signal<Stage>({ name: 'choose' });

/** Imports that this device knows of, newest first. */
export const pastRuns = signal<readonly ImportRun[]>([]);

const storage = indexedDbStorage('mindspace-imports');
let controller = new AbortController();

/** Ends what is going on, so that it cannot change the stage any more. */
function restart(): AbortSignal {
  controller.abort();
  controller = new AbortController();
  return controller.signal;
}

function journal(): ImportJournal {
  const state = authState.value;
  return new ImportJournal(storage, 'userId' in state ? state.userId : '');
}

export async function reloadPastRuns(): Promise<void> {
  pastRuns.value = await journal().runs();
}

export async function forget(run: ImportRun): Promise<void> {
  await journal().forget(run);
  await reloadPastRuns();
}

export function reset(): void {
  restart();
  stage.value = { name: 'choose' };
}

effect(() => {
  if (authState.value.status === 'signedOut') reset();
});

/** Opens a file and looks into it. */
export async function choose(file: File): Promise<void> {
  const signal = restart();
  stage.value = { name: 'opening', file, share: 0 };
  try {
    const opened = await openFile(file, {
      locale: formatLocale.value,
      signal,
      onProgress: (bytes) => {
        if (!signal.aborted) stage.value = { name: 'opening', file, share: bytes / file.size };
      },
    });
    if (!signal.aborted) await look(file, opened, defaultChoices(opened));
  } catch (fault) {
    if (!signal.aborted) stage.value = { name: 'choose', fault };
  }
}

function defaultChoices(opened: Opened): PreviewChoices {
  const timezone = profile.value?.timezone ?? deviceTimeZone();
  // Sessions of another Mind Space have passed its own checks.
  return { timezone, leaveOutOverlaps: opened.kind !== 'mindspace', applyDeletions: true, takeSettings: true };
}

async function look(file: File, opened: Opened, choices: PreviewChoices): Promise<void> {
  const signal = restart();
  let scan = emptyScan();
  let share = 0;
  const show = () => {
    if (signal.aborted) return;
    const current = stage.value.name === 'preview' ? stage.value.choices : choices;
    stage.value = { name: 'preview', file, opened, choices: current, scan, share };
  };
  show();
  if ('mapping' in opened && !isComplete(opened.mapping)) return;
  const onProgress = (bytes: number) => (share = bytes / opened.size);
  try {
    const items = opened.read({ timezone: choices.timezone, signal, onProgress });
    scan = await scanItems(items, signal, (part) => {
      scan = part;
      show();
    });
    show();
  } catch {
    // Superseded by another reading.
  }
}

/** Changes what the preview offers; the file is read again if that changes what is in it. */
export async function changeChoices(change: Partial<PreviewChoices>): Promise<void> {
  if (stage.value.name !== 'preview') return;
  const choices = { ...stage.value.choices, ...change };
  const { file, opened } = stage.value;
  stage.value = { ...stage.value, choices };
  if (change.timezone !== undefined) await look(file, opened, choices);
}

export async function changeMapping(change: Partial<CsvMapping>): Promise<void> {
  if (stage.value.name !== 'preview' || !('mapping' in stage.value.opened)) return;
  const { file, opened, choices } = stage.value;
  await look(file, opened.with({ mapping: { ...opened.mapping, ...change } }), choices);
}

/** Reads the table in another format, for which its columns are guessed anew. */
export async function changeLayout(
  change: Partial<Pick<CsvLayout, 'encoding' | 'delimiter' | 'hasHeader'>>,
): Promise<void> {
  if (stage.value.name !== 'preview' || !('layout' in stage.value.opened)) return;
  const { file, opened, choices } = stage.value;
  const { encoding, delimiter, hasHeader } = opened.layout;
  const layout = await inspectCsv(file, { encoding, delimiter, hasHeader, ...change });
  await look(file, opened.with({ layout, mapping: guessMapping(layout, formatLocale.value).mapping }), choices);
}

/** Imports the file of the preview. */
export async function start(): Promise<void> {
  if (stage.value.name !== 'preview') return;
  const { file, opened, choices, scan } = stage.value;
  const { timezone, leaveOutOverlaps, applyDeletions, takeSettings } = choices;
  const settings: ImportSettings = {
    timezone,
    leaveOutOverlaps,
    applyDeletions,
    restoreDeleted: false,
    ...('mapping' in opened && { csv: JSON.stringify({ ...opened.layout, sample: [], mapping: opened.mapping }) }),
  };
  const take = takeSettings ? scan.profile : undefined;
  await run(newRun(file, opened.kind, settings), file, opened, async () => {
    // Before the sessions, whose days depend on them.
    if (take) acceptProfile(await api.users.update(take));
  });
}

/** Imports the file again, with the sessions that were deleted here before. */
export async function restoreDeleted({ run: before, source }: Outcome): Promise<void> {
  if (!source) return;
  const settings = { ...before.settings, restoreDeleted: true };
  await run(newRun(source.file, before.kind, settings), source.file, source.opened);
}

/** Goes on with an interrupted import, with the same file. */
export async function goOn(unfinished: ImportRun, file: File): Promise<void> {
  const signal = restart();
  stage.value = { name: 'opening', file, share: 0 };
  try {
    let opened = await openFile(file, { locale: formatLocale.value, signal });
    const { csv } = unfinished.settings;
    if (csv !== undefined && 'with' in opened) {
      const { mapping, ...layout } = JSON.parse(csv) as CsvLayout & { mapping: CsvMapping };
      opened = opened.with({ layout, mapping });
    }
    if (!signal.aborted) await run(unfinished, file, opened);
  } catch (fault) {
    if (!signal.aborted) stage.value = { name: 'choose', fault };
  }
}

/** Whether it is the file that an import began with. */
export function isSameFile({ file }: ImportRun, other: File): boolean {
  return file.name === other.name && file.size === other.size && file.lastModified === other.lastModified;
}

async function run(started: ImportRun, file: File, opened: Opened, before?: () => Promise<void>): Promise<void> {
  const signal = restart();
  const current = { ...started };
  const rows: RowOutcome[] = [];
  let share = 0;
  const show = (waitSeconds?: number) => {
    if (signal.aborted) return;
    stage.value = { name: 'importing', run: current, share, ...(waitSeconds !== undefined && { waitSeconds }) };
  };
  show();
  let fault: unknown;
  try {
    await before?.();
    const onProgress = (bytes: number) => (share = bytes / opened.size);
    const now = new Date(current.startedAt);
    const items = opened.read({ timezone: current.settings.timezone, now, signal, onProgress });
    const onWait = (ms: number) => show(Math.ceil(ms / 1000));
    for await (const part of new Importer(api.sessions, journal()).import(current, items, { signal, onWait })) {
      rows.push(...part.filter(isNotable).slice(0, mostRows - rows.length));
      show();
    }
  } catch (error) {
    fault = error;
  }
  const stopped = signal.aborted;
  if (!stopped || stage.value.name === 'importing')
    stage.value = {
      name: 'ended',
      run: current,
      rows,
      source: { file, opened },
      ...(!stopped && fault !== undefined && { fault }),
    };
  await reloadPastRuns();
}

const isNotable = ({ outcome, overlaps }: RowOutcome): boolean =>
  (outcome !== 'created' && outcome !== 'exists') || overlaps !== undefined;

/** Interrupts the import or the undoing; both can go on later. */
export function stop(): void {
  controller.abort();
}

/** Deletes what an import has created. */
export async function undo(target: ImportRun): Promise<void> {
  const signal = restart();
  const current = { ...target };
  const show = (share: number) => {
    if (!signal.aborted) stage.value = { name: 'undoing', run: current, share };
  };
  show(0);
  let fault: unknown;
  try {
    const importer = new Importer(api.sessions, journal());
    for await (const deleted of importer.undo(current, { signal })) show(deleted / Math.max(1, current.totals.created));
  } catch (error) {
    fault = error;
  }
  if (!signal.aborted || stage.value.name === 'undoing')
    stage.value = { name: 'ended', run: current, rows: [], ...(!signal.aborted && fault !== undefined && { fault }) };
  await reloadPastRuns();
}
