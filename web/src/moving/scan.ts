// A file read once without sending anything: what the preview shows.
import type { ImportedSession } from '@mindspace/client';
import type { Item, ProblemItem, ProfileItem, RowNoticeCode } from '@mindspace/client/import';

export interface Scan {
  isComplete: boolean;
  sessions: number;
  seconds: number;
  first?: string;
  last?: string;
  /** The first sessions, to look at. */
  samples: readonly ImportedSession[];
  problems: number;
  /** The first of them. */
  problemRows: readonly ProblemItem[];
  notices: Readonly<Record<RowNoticeCode, number>>;
  deletions: number;
  profile?: ProfileItem['profile'];
  /** Why the file could not be read further. */
  fault?: unknown;
}

const mostSamples = 5;
const mostProblemRows = 50;
const updateMs = 150;

export function emptyScan(): Scan {
  return {
    isComplete: false,
    sessions: 0,
    seconds: 0,
    samples: [],
    problems: 0,
    problemRows: [],
    notices: { overlaps: 0, note_shortened: 0, mood_ignored: 0, time_unknown: 0 },
    deletions: 0,
  };
}

function add(scan: Scan, item: Item): Scan {
  switch (item.type) {
    case 'session': {
      const { startedAt, durationSeconds } = item.session;
      const notices = { ...scan.notices };
      for (const notice of item.notices) ++notices[notice];
      return {
        ...scan,
        sessions: scan.sessions + 1,
        seconds: scan.seconds + durationSeconds,
        first: scan.first !== undefined && scan.first < startedAt ? scan.first : startedAt,
        last: scan.last !== undefined && scan.last > startedAt ? scan.last : startedAt,
        samples: scan.samples.length < mostSamples ? [...scan.samples, item.session] : scan.samples,
        notices,
      };
    }
    case 'problem':
      return {
        ...scan,
        problems: scan.problems + 1,
        problemRows: scan.problemRows.length < mostProblemRows ? [...scan.problemRows, item] : scan.problemRows,
      };
    case 'deletion':
      return { ...scan, deletions: scan.deletions + 1 };
    case 'profile':
      return { ...scan, profile: item.profile };
  }
}

/** Reads all items, and reports now and then what there is so far. Rejects only if it is aborted. */
export async function scanItems(
  items: AsyncIterable<Item>,
  signal: AbortSignal,
  onUpdate: (scan: Scan) => void,
): Promise<Scan> {
  let scan = emptyScan();
  let reportedAt = performance.now();
  try {
    for await (const item of items) {
      scan = add(scan, item);
      if (performance.now() - reportedAt < updateMs) continue;
      onUpdate(scan);
      reportedAt = performance.now();
    }
  } catch (fault) {
    signal.throwIfAborted();
    scan = { ...scan, fault };
  }
  return { ...scan, isComplete: true };
}
