// What a user chooses for this browser: language and theme.
import { signal } from '@preact/signals';
import { languageOf, preferredLanguage, switchLanguage, type Language } from '../i18n/languages';
import { load, onChangeElsewhere, save } from './storage';

export type Theme = 'system' | 'light' | 'dark';

export const theme = signal<Theme>('system');

function storedTheme(): Theme {
  const stored = load('theme');
  return stored === 'light' || stored === 'dark' ? stored : 'system';
}

function storedLanguage(): Language {
  const stored = load('language');
  return (typeof stored === 'string' && languageOf(stored)) || preferredLanguage();
}

function apply(chosen: Theme): void {
  theme.value = chosen;
  if (chosen === 'system') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = chosen;
}

export function chooseTheme(chosen: Theme): void {
  save('theme', chosen);
  apply(chosen);
}

export async function chooseLanguage(chosen: Language): Promise<void> {
  save('language', chosen);
  await switchLanguage(chosen);
}

/** Applies what was chosen before, here or in another tab. */
export async function applyPreferences(): Promise<void> {
  apply(storedTheme());
  onChangeElsewhere('theme', () => apply(storedTheme()));
  onChangeElsewhere('language', () => void switchLanguage(storedLanguage()));
  await switchLanguage(storedLanguage());
}
