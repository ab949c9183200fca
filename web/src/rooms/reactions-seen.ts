// The reactions of the last seconds.
import type { ReactionKind, RoomEvent } from '@mindspace/client';
import type { MessageKey } from '../i18n';

export const reactionNames: Readonly<Record<ReactionKind, MessageKey>> = {
  heart: 'room.heart',
  bow: 'room.bow',
  smile: 'room.smile',
};

export const reactionKinds = Object.keys(reactionNames) as ReactionKind[];

export interface Reaction {
  kind: ReactionKind;
  /** How many of this kind came together; in large rooms the server counts. */
  count: number;
  /** Whose it is; missing in large rooms. */
  from?: string;
  at: number;
}

export type Reactions = readonly Reaction[];

const shownMs = 6_000;
const mostShown = 100;

/** Those that are still shown. */
export function recent(reactions: Reactions, now: number): Reactions {
  return reactions.filter(({ at }) => now - at < shownMs);
}

/** Kinds that a newer server knows and this page does not are left out. */
export function receive(
  reactions: Reactions,
  { from, kind, counts }: Extract<RoomEvent, { type: 'reaction' }>,
  now: number,
): Reactions {
  const received = reactionKinds
    .map((known) => ({ kind: known, count: counts ? (counts[known] ?? 0) : Number(known === kind), at: now }))
    .filter(({ count }) => count > 0)
    .map((reaction) => (from === undefined ? reaction : { ...reaction, from }));
  return [...recent(reactions, now), ...received].slice(-mostShown);
}

/** How many of each kind are shown. */
export function countsOf(reactions: Reactions): Partial<Record<ReactionKind, number>> {
  const counts: Partial<Record<ReactionKind, number>> = {};
  for (const { kind, count } of reactions) counts[kind] = (counts[kind] ?? 0) + count;
  return counts;
}
