// Mind Space's own export (GET /users/me/export): one JSON document, read member by member.

import { JSONParser } from '@streamparser/json';

import { chunksOf, streamOf } from '../bytes.js';
import { ImportError } from '../errors.js';
import { Intake, problem } from '../intake.js';
import type { Kind } from '../../types.js';
import type { Item, Place, ReadOptions } from '../items.js';

const kKinds: ReadonlySet<string> = new Set<Kind>([
    'breathing',
    'bodyScan',
    'lovingKindness',
    'mindfulness',
    'mantra',
    'sleep',
    'walking',
    'visualization',
    'other',
]);
const kUuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

type Members = Record<string, unknown>;

const numberIn = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined);
const textIn = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

function acceptSession(intake: Intake, place: Place, session: Members): Item {
    const { id, kind, status, startedAt, durationSeconds } = session;
    const text = `${String(startedAt)} ${String(kind)}`;
    if (typeof id !== 'string' || !kUuid.test(id)) return problem(place, 'malformed', text);
    if (status !== 'completed') return problem(place, 'not_completed', text);
    return intake.accept({
        place,
        text,
        id,
        kind: typeof kind === 'string' && kKinds.has(kind) ? (kind as Kind) : 'other',
        start: Date.parse(textIn(startedAt) ?? ''),
        durationSeconds: numberIn(durationSeconds) ?? NaN,
        plannedSeconds: numberIn(session['plannedSeconds']),
        timezone: textIn(session['timezone']),
        moodBefore: numberIn(session['moodBefore']),
        moodAfter: numberIn(session['moodAfter']),
        note: textIn(session['note']),
    });
}

function acceptProfile(place: Place, profile: Members): Item {
    const wanted: Record<string, string | number> = {};
    for (const name of ['timezone', 'dayStartHour', 'dailyGoalSeconds']) {
        const value = profile[name];
        if (typeof value === 'string' || typeof value === 'number') wanted[name] = value;
    }
    return { type: 'profile', place, profile: wanted };
}

/** Reads an export of Mind Space: its sessions under their own ids, its deletions, and the settings of the account. */
export async function* readMindSpace(file: Blob, options: ReadOptions): AsyncGenerator<Item> {
    const intake = new Intake('mindspace', options);
    const parser = new JSONParser({ paths: ['$.profile', '$.sessions.*', '$.deletedSessions.*'], keepStack: false });
    const counts = { sessions: 0, deletedSessions: 0 };
    let items: Item[] = [];
    parser.onValue = ({ value, stack, key }) => {
        const list = stack.at(-1)?.key;
        if (typeof value !== 'object' || value === null) return;
        const members = value as unknown as Members;
        if (key === 'profile') items.push(acceptProfile({ unit: 'item', number: 1 }, members));
        if (list === 'sessions')
            items.push(acceptSession(intake, { unit: 'item', number: ++counts.sessions }, members));
        const { id } = members;
        if (list === 'deletedSessions' && typeof id === 'string' && kUuid.test(id))
            items.push({ type: 'deletion', place: { unit: 'item', number: ++counts.deletedSessions }, id });
    };
    let failure: Error | undefined;
    parser.onError = (error) => {
        failure ??= error;
    };
    for await (const chunk of chunksOf(streamOf(file, options), options.signal)) {
        parser.write(chunk);
        yield* items;
        items = [];
        if (failure) throw new ImportError('damaged', 'The export is damaged.', undefined, { cause: failure });
    }
    if (!parser.isEnded) throw new ImportError('truncated', 'The export is cut off.');
}
