// The API without the client: to see what has become of what a test did in the browser.
import { v7 as uuidv7 } from 'uuid';
import { inject } from 'vitest';
import type { Person } from './test';

export interface StoredSession {
  kind: string;
  status: string;
  source: string;
  plannedSeconds: number;
  durationSeconds: number;
  moodBefore: number | null;
  moodAfter: number | null;
  note: string | null;
}

async function call<T>(path: string, init: RequestInit): Promise<T> {
  const response = await fetch(`${inject('url')}/api/v1${path}`, init);
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return (await response.json()) as T;
}

const json = { 'Content-Type': 'application/json' };
const accessTokens = new Map<string, Promise<string>>();

async function logIn({ email, password }: Person): Promise<string> {
  const body = JSON.stringify({ email, password });
  const { tokens } = await call<{ tokens: { accessToken: string } }>('/auth/login', {
    method: 'POST',
    headers: json,
    body,
  });
  return tokens.accessToken;
}

async function signedIn(person: Person): Promise<Record<string, string>> {
  const token = accessTokens.get(person.email) ?? logIn(person);
  accessTokens.set(person.email, token);
  return { Authorization: `Bearer ${await token}` };
}

/** The history of the person, newest first. */
export async function sessionsOf(person: Person): Promise<StoredSession[]> {
  const headers = await signedIn(person);
  return (await call<{ items: StoredSession[] }>('/sessions', { headers })).items;
}

export interface PastSession {
  minutesAgo: number;
  minutes: number;
  kind?: string;
  moodBefore?: number;
  moodAfter?: number;
  note?: string;
}

/** Gives the person finished sessions, each ending so many minutes ago. */
export async function importSessions(person: Person, sessions: readonly PastSession[]): Promise<void> {
  const items = sessions.map(({ minutesAgo, minutes, kind = 'mindfulness', ...rest }) => ({
    id: uuidv7(),
    kind,
    ...rest,
    startedAt: new Date(Date.now() - (minutesAgo + minutes) * 60_000).toISOString(),
    durationSeconds: minutes * 60,
  }));
  const headers = { ...json, ...(await signedIn(person)) };
  await call('/sessions/import', { method: 'POST', headers, body: JSON.stringify({ sessions: items }) });
}
