// One of a few values, as a row of radio buttons: arrow keys move, one tab stop.
import type { ComponentChildren, JSX } from 'preact';
import { useId } from 'preact/hooks';
import styles from './choices.module.css';

export interface Option<T> {
  value: T;
  text: ComponentChildren;
  /** What screen readers say instead of the text. */
  label?: string;
  /** Less visible when chosen: no choice. */
  quiet?: boolean;
}

interface ChoicesProps<T> {
  legend: string;
  /** The legend is for screen readers only. */
  hideLegend?: boolean;
  options: readonly Option<T>[];
  value: T | undefined;
  onChange: (value: T) => void;
  /** Chips and icons wrap; segments share one row. */
  look?: 'chips' | 'segments' | 'icons';
}

export function Choices<T extends string | number>(props: ChoicesProps<T>): JSX.Element {
  const { legend, hideLegend, options, value, onChange, look = 'chips' } = props;
  const name = useId();
  return (
    <fieldset class={styles['choices']}>
      <legend class={hideLegend ? 'visually-hidden' : styles['legend']}>{legend}</legend>
      <div class={styles[look]}>
        {options.map((option) => (
          <label key={option.value} class={`${styles['option']} ${option.quiet ? styles['quiet'] : ''}`}>
            <input
              type="radio"
              name={name}
              checked={option.value === value}
              aria-label={option.label}
              onChange={() => onChange(option.value)}
            />
            <span>{option.text}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
