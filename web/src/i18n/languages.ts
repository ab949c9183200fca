// The language of the page: chosen by the user, else the first of the browser's that we have.
import { computed, signal } from '@preact/signals';
import { en } from './en';
import type { Catalogue } from './message';

/** Languages with a catalogue, by their own names. */
export const languageNames = { en: 'English', ru: 'Русский' } as const;

export type Language = keyof typeof languageNames;

const loaders: Readonly<Record<Language, () => Promise<Catalogue>>> = {
  en: () => Promise.resolve(en),
  ru: () => import('./ru').then((module) => module.ru),
};

/** The language of a tag such as `ru-RU`, if we have it. */
export function languageOf(tag: string): Language | undefined {
  const primary = tag.toLowerCase().split('-')[0] ?? '';
  return primary in languageNames ? (primary as Language) : undefined;
}

/** What the browser asks for. */
export function preferredLanguage(tags: readonly string[] = navigator.languages): Language {
  for (const tag of tags) {
    const language = languageOf(tag);
    if (language) return language;
  }
  return 'en';
}

export const language = signal<Language>('en');

export const catalogue = signal<Catalogue>(en);

/** The locale for dates and numbers: the browser's own variant of the language if it has one, so that en-GB writes 5 March. */
export const formatLocale = computed(
  () => navigator.languages.find((tag) => languageOf(tag) === language.value) ?? language.value,
);

/** Whether a language is written from right to left. */
export function isRightToLeft(tag: string): boolean {
  return /^(ar|ckb|dv|fa|he|ps|sd|ug|ur|yi)(-|$)/i.test(tag);
}

// What of the fonts a language needs. A page is shown without them if they take longer.
const samples: Readonly<Record<Language, string>> = { en: 'a', ru: 'я' };
const fontTimeoutMs = 200;

function fontsFor(next: Language): Promise<unknown> {
  const timeout = new Promise((resolve) => setTimeout(resolve, fontTimeoutMs));
  const families = ['Onest', 'Source Serif 4'];
  return Promise.race([
    timeout,
    Promise.allSettled(families.map((name) => document.fonts.load(`1em '${name}'`, samples[next]))),
  ]);
}

/** Loads the language and shows the page in it. */
export async function switchLanguage(next: Language): Promise<void> {
  const [loaded] = await Promise.all([loaders[next](), fontsFor(next)]);
  catalogue.value = loaded;
  language.value = next;
  document.documentElement.lang = next;
  document.documentElement.dir = isRightToLeft(next) ? 'rtl' : 'ltr';
}
