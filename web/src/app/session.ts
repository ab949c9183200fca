// Who is signed in. The client remembers a login session without asking the server, so the timer works without a network;
// the profile is shown as last seen until the server has been asked.
import { computed, effect, signal } from '@preact/signals';
import { MindspaceError, type AuthState, type User } from '@mindspace/client';
import { chooseLanguage } from './preferences';
import { api } from './api';
import { connection } from './connection';
import { report } from './faults';
import { notify } from './notices';
import { load, remove, save } from './storage';
import { t } from '../i18n';
import { language, languageOf } from '../i18n/languages';

export const authState = signal<AuthState>(api.auth.state.value);

/** The user, while signed in. */
export const userId = computed(() => {
  const state = authState.value;
  return state.status === 'signedIn' ? state.userId : undefined;
});

export const profile = signal<User | undefined>(undefined);

function storedProfile(userId: string): User | undefined {
  const stored = load('profile') as User | undefined;
  return stored?.id === userId ? stored : undefined;
}

/** Shows a profile that the server has sent. Throws if it is none. */
export function acceptProfile(user: User): void {
  if (typeof user.id !== 'string' || typeof user.displayName !== 'string') throw new TypeError('Not a profile');
  profile.value = user;
  save('profile', user);
  if (load('language') === undefined) {
    const theirs = languageOf(user.locale);
    if (theirs && theirs !== language.value) void chooseLanguage(theirs);
  }
}

/** Asks the server for the profile. */
export async function reloadProfile(): Promise<void> {
  try {
    acceptProfile(await api.users.me());
  } catch (error) {
    // Otherwise it is shown as last seen, and asked for again when the server is back. An ended login shows itself.
    if (!(error instanceof MindspaceError)) report(error);
  }
}

/** Follows the login session as long as the page lives; resolves when a stored one has been looked for. */
export async function watchSession(): Promise<void> {
  await api.auth.ready;
  api.auth.state.subscribe((state) => {
    const wasSignedIn = authState.value.status === 'signedIn';
    authState.value = state;
    if (wasSignedIn && state.status === 'signedOut' && state.reason === 'expired')
      notify('warning', t('fault.signedOut'));
  });
  effect(() => {
    const state = authState.value;
    if (state.status === 'signedIn') {
      profile.value = storedProfile(state.userId);
    } else if (state.status === 'signedOut') {
      profile.value = undefined;
      remove('profile');
    }
  });
  effect(() => {
    if (authState.value.status === 'signedIn' && connection.value === 'connected') void reloadProfile();
  });
}
