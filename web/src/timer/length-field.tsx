import type { JSX } from 'preact';
import { useId } from 'preact/hooks';
import { t } from '../i18n';
import { IconButton } from '../design/button';
import { Choices } from '../design/choices';
import styles from './length-field.module.css';
import { longestMinutes, shortestMinutes } from './timer-settings';

const usual = [5, 10, 15, 20, 30, 45, 60];

interface LengthFieldProps {
  minutes: number;
  onChange: (minutes: number) => void;
}

/** The usual lengths, and any other. */
export function LengthField({ minutes, onChange }: LengthFieldProps): JSX.Element {
  const id = useId();
  const set = (value: number) => {
    if (Number.isInteger(value) && value >= shortestMinutes && value <= longestMinutes) onChange(value);
  };
  return (
    <div class={styles['length']}>
      <Choices
        legend={t('timer.length')}
        options={usual.map((value) => ({ value, text: value, label: t('timer.minutes', { count: value }) }))}
        value={minutes}
        onChange={onChange}
      />
      <div class={styles['stepper']}>
        <IconButton icon="minus" label={t('timer.shorter')} onClick={() => set(minutes - 1)} />
        <label class="visually-hidden" for={id}>
          {t('timer.otherLength')}
        </label>
        <input
          id={id}
          class={styles['minutes']}
          type="number"
          inputMode="numeric"
          min={shortestMinutes}
          max={longestMinutes}
          value={minutes}
          onInput={(event) => set(event.currentTarget.valueAsNumber)}
        />
        <IconButton icon="plus" label={t('timer.longer')} onClick={() => set(minutes + 1)} />
      </div>
    </div>
  );
}
