// The API without the client: to see what has become of what a test did in the browser.
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

/** The history of the person, newest first. */
export async function sessionsOf({ email, password }: Person): Promise<StoredSession[]> {
  const login = await call<{ tokens: { accessToken: string } }>('/auth/login', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ email, password }),
  });
  const headers = { Authorization: `Bearer ${login.tokens.accessToken}` };
  return (await call<{ items: StoredSession[] }>('/sessions', { headers })).items;
}
