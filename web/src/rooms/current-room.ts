// The room that this page is in: one at most. It stays while other pages are shown, until the user leaves or the group is over.
import { effect, signal } from '@preact/signals';
import { RoomError, type Room, type RoomEvent, type RoomState } from '@mindspace/client';
import { t, type MessageKey } from '../i18n';
import { api } from '../app/api';
import { describe } from '../app/faults';
import { notify } from '../app/notices';
import { authState } from '../app/session';
import { audioState, canBeHeard } from '../timer/audio';
import { RingLock } from '../timer/ring-lock';
import { Ringer } from '../timer/ringer';
import { timerSettings } from '../timer/timer-settings';
import { keepScreenOn } from '../timer/wake-lock';
import { follow, type Attendance } from './attendance';
import { momentOf } from './moment';
import { receive, type Reactions } from './reactions-seen';
import { bellsOf } from './room-bells';

export interface Visit {
  groupId: string;
  room: Room;
  state: RoomState;
  seen: Attendance;
  /** The most people that were there at once while it ran. */
  most: number;
  reactions: Reactions;
}

const tickMs = 1_000;
// Everyone is to hear a bell at the same moment: less than this is heard as one.
const toleratedDriftMs = 10;

const ringer = new Ringer();

/** The browser waits for a touch of the page before it lets the bells sound. */
export const roomSoundBlocked = ringer.blocked;

export const visit = signal<Visit | undefined>(undefined);

let endVisit: (() => void) | undefined;

const roomErrors: Readonly<Record<string, MessageKey>> = {
  rate_limited: 'room.slowDown',
  forbidden: 'room.hostOnly',
  already_started: 'room.alreadyStarted',
  not_running: 'room.notRunning',
};

/** A sentence for what the room refused. */
export function describeRoomError(error: unknown): string {
  const known = error instanceof RoomError ? roomErrors[error.code] : undefined;
  return known ? t(known) : describe(error);
}

function change(room: Room, apply: (visit: Visit) => Visit): void {
  if (visit.value?.room === room) visit.value = apply(visit.value);
}

function onState(room: Room, state: RoomState): void {
  change(room, (before) => {
    const isHostNow = state.group?.host.id === state.self?.id;
    const wasHost = !before.state.group || before.state.group.host.id === before.state.self?.id;
    if (isHostNow && !wasHost) notify('info', t('room.hostNow'));
    return {
      ...before,
      state,
      seen: follow(before.seen, state, room.clock.now()),
      most: state.phase === 'running' ? Math.max(before.most, state.participantCount) : before.most,
    };
  });
}

function onEvent(room: Room, event: RoomEvent): void {
  if (event.type === 'reaction')
    change(room, (now) => ({ ...now, reactions: receive(now.reactions, event, Date.now()) }));
}

function tick(room: Room, lock: RingLock): void {
  const current = visit.peek();
  if (current?.room !== room) return;
  const now = room.clock.now();
  const moment = momentOf(current.state, now);
  keepScreenOn('room', timerSettings.peek().keepScreenOn && (moment === 'countdown' || moment === 'sitting'));
  if (moment === 'over' || moment === 'cancelled' || moment === 'closed') return ringer.letRingOut();
  if (canBeHeard() && !lock.acquire()) return ringer.letRingOut();
  const { startsAt } = current.state;
  const bells = bellsOf(room.bells.value, current.state, now);
  ringer.ring({ id: `${room.groupId} ${startsAt}`, timing: String(startsAt), bells, now, toleratedDriftMs });
}

/** Enters the room, or stays in it. */
export function enterRoom(groupId: string): void {
  const current = visit.peek();
  if (current?.groupId === groupId && current.state.connection !== 'closed') return;
  leaveRoom();
  const room = api.groups.join(groupId);
  const lock = new RingLock(groupId);
  visit.value = { groupId, room, state: room.state.value, seen: new Map(), most: 0, reactions: [] };
  const endings = [
    room.state.subscribe((state) => onState(room, state)),
    room.on('event', (event) => onEvent(room, event)),
    room.on('error', (error) => notify('warning', describeRoomError(error))),
    // The room knows its bells a moment before its state.
    room.bells.subscribe(() => queueMicrotask(() => tick(room, lock))),
    effect(() => {
      if (audioState.value !== 'closed') tick(room, lock);
    }),
    () => lock.release(),
  ];
  const timer = setInterval(() => tick(room, lock), tickMs);
  endVisit = () => {
    clearInterval(timer);
    endings.forEach((end) => end());
  };
}

/** Leaves the room, if there is one; its page is then outside. */
export function leaveRoom(): void {
  const current = visit.peek();
  if (!current) return;
  endVisit?.();
  visit.value = undefined;
  ringer.letRingOut();
  keepScreenOn('room', false);
  current.room.leave();
}

/** Signing out leaves the room. Follows the login as long as the page lives. */
export function watchRoom(): void {
  effect(() => {
    const state = authState.value;
    if (state.status === 'signedOut' && state.reason !== 'expired') leaveRoom();
  });
}
