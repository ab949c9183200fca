// The kind of a meditation by what an app calls it.

import type { Kind } from '../../types.js';

const kNames: [RegExp, Kind][] = [
    [/body.?scan|скан/i, 'bodyScan'],
    [/loving|metta|kindness|compassion|метта|любящ|доброт/i, 'lovingKindness'],
    [/breath|pranayama|atem|дыха|пранаям/i, 'breathing'],
    [/mantra|chant|transcendental|мантр/i, 'mantra'],
    [/sleep|nidra|schlaf|сон|сна\b|нидра/i, 'sleep'],
    [/walk|geh|ходьб|прогулк/i, 'walking'],
    [/visuali|визуал/i, 'visualization'],
    [/mindful|vipassana|insight|meditat|sitting|zazen|осознан|медит|випассан/i, 'mindfulness'],
];

/** The kind that a name stands for, or `otherwise`. */
export function kindOf(name: string, otherwise: Kind): Kind {
    return kNames.find(([pattern]) => pattern.test(name))?.[1] ?? otherwise;
}
