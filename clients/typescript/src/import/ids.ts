// Ids of imported sessions. They follow from what the source knows of a session and from nothing else, so that importing
// a file again, from whatever device, finds what is already there.

import { v5 } from 'uuid';

const kNamespace = 'c8f7a1de-3b52-4c0a-9d0e-6b1f0a4e2d93';

/** The id of a session that a source identifies by `identity`. */
export function sourceId(source: string, identity: string): string {
    return v5(`${source}/${identity}`, kNamespace);
}

/** The id under which a session whose id was deleted can be imported again: ids of deleted sessions are never reused. */
export function successorId(id: string): string {
    return v5(`again/${id}`, kNamespace);
}
