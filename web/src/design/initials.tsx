// A person's initials in a circle. We load no pictures from elsewhere, which would tell others who is here.
import type { JSX } from 'preact';
import styles from './initials.module.css';

/** The first letters of the first and the last word. */
export function initialsOf(name: string): string {
  const words = name.trim().split(/\s+/).filter(Boolean);
  const chosen = words.length > 1 ? [words[0], words.at(-1)] : words;
  return chosen
    .map((word) => Array.from(word ?? '')[0] ?? '')
    .join('')
    .toUpperCase();
}

export function Initials({ name }: { name: string }): JSX.Element {
  return (
    <span class={styles['initials']} aria-hidden="true">
      {initialsOf(name) || '·'}
    </span>
  );
}
