// Where a group is: its pages, the link that is shared, and what people type or paste to come to it.
const idPattern = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}';

/** The page that tells of a group, from which one enters. */
export function groupPath(id: string): string {
  return `/groups/${id}`;
}

/** Inside: who opens this is in the room. */
export function roomPath(id: string): string {
  return `/groups/${id}/room`;
}

export function editPath(id: string): string {
  return `/groups/${id}/edit`;
}

/** What is given to others. */
export function shareUrl(id: string): string {
  return location.origin + groupPath(id);
}

export type Destination = { id: string } | { fault: 'groups.noLink' | 'groups.otherServer' };

/** The group that a link or an id means. Groups of other servers cannot be reached from here. */
export function destinationOf(text: string, origin: string = location.origin): Destination {
  const trimmed = text.trim();
  const alone = new RegExp(`^${idPattern}$`, 'i').exec(trimmed);
  if (alone) return { id: alone[0].toLowerCase() };
  let url: URL;
  try {
    url = new URL(trimmed);
  } catch {
    return { fault: 'groups.noLink' };
  }
  const id = new RegExp(`^/groups/(${idPattern})(?:/|$)`, 'i').exec(url.pathname)?.[1];
  if (!id) return { fault: 'groups.noLink' };
  return url.origin === origin ? { id: id.toLowerCase() } : { fault: 'groups.otherServer' };
}
