// The sit of this browser: there is one at most. It is stored at every change, so a reload or a crash loses nothing, and all
// tabs show it. The server learns of it when it begins, if it can be reached, and when it is finished, by the SDK's queue.
import { effect, signal } from '@preact/signals';
import { newId, type FinishedSession } from '@mindspace/client';
import { formatDuration, t } from '../i18n';
import { api } from '../app/api';
import { notify } from '../app/notices';
import { authState } from '../app/session';
import { load, onChangeElsewhere, remove, save } from '../app/storage';
import { audioState, canBeHeard, setVolume, unlockSound } from './audio';
import { upcomingBells } from './bells';
import { RingLock } from './ring-lock';
import { Ringer } from './ringer';
import { attendedMs, parseSit, pause, phaseOf, resume, startedAt, stop, type Sit, type SitPlan } from './sit';
import { timerSettings } from './timer-settings';
import { keepScreenOn } from './wake-lock';

const storageKey = 'sit';
const tickMs = 1_000;
const startTimeoutMs = 4_000;
// A finished sit that was left alone this long is saved as it is when the client is opened again.
const abandonedMs = 10 * 60_000;

// How far bells may be from the device's clock.
const toleratedDriftMs = 100;

const ringer = new Ringer();

/** The browser waits for a touch of the page before it lets the bells sound. */
export const sitSoundBlocked = ringer.blocked;

export const currentSit = signal<Sit | undefined>(undefined);

/** Whose sit may be shown: the user's, also after the login has expired, but not after they have signed out. */
function shownUser(): string | undefined {
  const state = authState.value;
  const isKnown = state.status === 'signedIn' || (state.status === 'signedOut' && state.reason === 'expired');
  return isKnown && 'userId' in state ? state.userId : undefined;
}

/** The stored sit. That of another user waits for them. */
function storedSit(): Sit | undefined {
  const sit = parseSit(load(storageKey));
  return sit && sit.userId === shownUser() ? sit : undefined;
}

function store(sit: Sit | undefined): void {
  currentSit.value = sit;
  if (sit) save(storageKey, sit);
  else remove(storageKey);
}

function change(apply: (sit: Sit, now: number) => Sit): void {
  const sit = currentSit.value;
  if (sit) store(apply(sit, Date.now()));
}

export const pauseSit = () => change(pause);

/** Ends it early. Before the first bell there is nothing to save. */
export function stopSit(): void {
  const sit = currentSit.value;
  if (sit && attendedMs(sit, Date.now()) === 0) discardSit();
  else change(stop);
}

export function resumeSit(): void {
  unlockSound();
  change(resume);
}

/** What the user adds after the end. */
export function describeSit(addition: Pick<Sit, 'moodAfter' | 'note'>): void {
  change((sit) => ({ ...sit, ...addition }));
}

/** Begins a sit, on the server too if it responds at once. Otherwise the finished one is imported. */
export function beginSit(plan: SitPlan, moodBefore: number | undefined): void {
  const userId = shownUser();
  if (userId === undefined) return;
  unlockSound();
  const { kind, plannedSeconds, preparationSeconds, intervalSeconds } = plan;
  const id = newId();
  store({
    id,
    userId,
    kind,
    plannedSeconds,
    preparationSeconds,
    intervalSeconds,
    begunAt: Date.now(),
    pauses: [],
    ...(moodBefore !== undefined && { moodBefore }),
  });
  // Later would be too late: the server does not accept more seconds than have passed since then.
  const signal = AbortSignal.timeout(startTimeoutMs);
  api.sessions.start({ id, kind, plannedSeconds, moodBefore }, { signal }).catch(() => undefined);
}

/** The session that a sit has become, by the server's clock as far as it is known. */
function finishedSession(sit: Sit, now: number): FinishedSession {
  const { id, kind, plannedSeconds, moodBefore, moodAfter, note } = sit;
  return {
    id,
    kind,
    plannedSeconds,
    startedAt: new Date(startedAt(sit) + api.clockSkewMs).toISOString(),
    durationSeconds: Math.max(1, Math.floor(attendedMs(sit, now) / 1000)),
    started: true,
    ...(moodBefore !== undefined && { moodBefore }),
    ...(moodAfter !== undefined && { moodAfter }),
    ...(note?.trim() && { note }),
  };
}

/** Hands the finished sit over to the queue, which sends it now or later. */
export async function saveSit(): Promise<FinishedSession | undefined> {
  const sit = currentSit.value;
  if (!sit) return undefined;
  const session = finishedSession(sit, Date.now());
  await api.offline.add(session);
  ringer.letRingOut();
  store(undefined);
  return session;
}

/** Forgets the sit, here and on the server. */
export function discardSit(): void {
  const sit = currentSit.value;
  store(undefined);
  ringer.letRingOut();
  // Unreachable: the server abandons it by itself.
  if (sit) api.sessions.abandon(sit.id).catch(() => undefined);
}

/** When the sit had ended: early, or as planned. */
function endOf(sit: Sit): number {
  const pausedMs = sit.pauses.reduce((sum, { from, to }) => sum + ((to ?? from) - from), 0);
  return sit.stoppedAt ?? startedAt(sit) + sit.plannedSeconds * 1000 + pausedMs;
}

async function saveForgotten(): Promise<void> {
  const sit = currentSit.value;
  const now = Date.now();
  if (!sit || phaseOf(sit, now) !== 'finished' || now - endOf(sit) < abandonedMs) return;
  const session = await saveSit();
  if (session) notify('success', t('timer.savedLater', { duration: formatDuration(session.durationSeconds) }));
}

function ring(sit: Sit, now: number): void {
  const { id, begunAt, pauses, stoppedAt } = sit;
  const timing = JSON.stringify([begunAt, pauses, stoppedAt]);
  ringer.ring({ id, timing, bells: upcomingBells(sit, now), now, toleratedDriftMs });
}

function ringInOneTab(): void {
  const lock = new RingLock('sit');
  const tick = () => {
    const sit = currentSit.peek();
    if (!sit) return;
    if (canBeHeard() && !lock.acquire()) return ringer.letRingOut();
    ring(sit, Date.now());
  };
  effect(() => {
    if (currentSit.value && audioState.value !== 'closed') tick();
  });
  setInterval(tick, tickMs);
}

/** Rings, keeps the screen on and follows other tabs as long as the page lives. */
export function watchSit(): void {
  onChangeElsewhere(storageKey, () => (currentSit.value = storedSit()));
  effect(() => {
    currentSit.value = storedSit();
  });
  effect(() => setVolume(timerSettings.value.volume));
  const updateScreen = () => {
    const sit = currentSit.value;
    keepScreenOn('sit', !!sit && timerSettings.value.keepScreenOn && phaseOf(sit, Date.now()) !== 'finished');
  };
  effect(updateScreen);
  setInterval(updateScreen, tickMs); // the end of the time changes no signal
  ringInOneTab();
  saveForgotten().catch(() => undefined);
}
