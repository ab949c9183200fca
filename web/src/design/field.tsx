// Fields of forms: a label, the control, a hint, and the fault, connected for screen readers.
import type { AriaAttributes, ComponentChildren, JSX, TargetedEvent } from 'preact';
import { useId, useState } from 'preact/hooks';
import { t } from '../i18n';
import { Icon } from './icons';
import styles from './field.module.css';

interface Labels {
  label: string;
  hint?: string;
  /** What is wrong with the value. */
  fault?: string | undefined;
  /** Says so beside the label; fields are required otherwise. */
  optional?: boolean;
}

interface FrameProps extends Labels {
  id: string;
  children: ComponentChildren;
}

function Frame({ id, label, hint, fault, optional, children }: FrameProps): JSX.Element {
  return (
    <div class={styles['field']}>
      <label class={styles['label']} for={id}>
        {label}
        {optional && <span class={styles['optional']}>{t('app.optional')}</span>}
      </label>
      {children}
      {hint && (
        <p class={styles['hint']} id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {fault && (
        <p class={styles['fault']} id={`${id}-fault`} role="alert">
          <Icon name="warning" size={16} />
          {fault}
        </p>
      )}
    </div>
  );
}

function described(id: string, { hint, fault }: Labels): AriaAttributes {
  const ids = [hint && `${id}-hint`, fault && `${id}-fault`].filter(Boolean).join(' ');
  return { 'aria-describedby': ids || undefined, 'aria-invalid': fault ? true : undefined };
}

interface InputProps {
  value: string;
  onInput?: (event: TargetedEvent<HTMLInputElement>) => void;
  autocomplete?: string;
  autofocus?: boolean;
  minLength?: number;
  maxLength?: number;
}

interface TextFieldProps extends Labels, InputProps {
  type?: 'text' | 'email' | 'number' | 'date' | 'datetime-local';
  inputMode?: 'numeric';
  min?: number | string;
  max?: number | string;
}

export function TextField({ label, hint, fault, optional, type = 'text', ...rest }: TextFieldProps): JSX.Element {
  const id = useId();
  const labels = { label, hint, fault, optional };
  return (
    <Frame id={id} {...labels}>
      <input
        {...({ type } as { type: 'text' })}
        required={!optional}
        {...rest}
        id={id}
        class={styles['control']}
        {...described(id, labels)}
      />
    </Frame>
  );
}

/** A password, which can be shown. */
export function PasswordField({ label, hint, fault, ...rest }: Labels & InputProps): JSX.Element {
  const id = useId();
  const [visible, setVisible] = useState(false);
  const labels = { label, hint, fault };
  return (
    <Frame id={id} {...labels}>
      <div class={styles['withButton']}>
        <input
          required
          {...rest}
          {...({ type: visible ? 'text' : 'password' } as { type: 'text' })}
          id={id}
          class={styles['control']}
          spellcheck={false}
          autocapitalize="none"
          {...described(id, labels)}
        />
        <button
          type="button"
          class={styles['reveal']}
          aria-pressed={visible}
          aria-label={t('app.showPassword')}
          title={t('app.showPassword')}
          onClick={() => setVisible(!visible)}
        >
          <Icon name="eye" />
        </button>
      </div>
    </Frame>
  );
}

type AreaProps = Omit<JSX.IntrinsicElements['textarea'], 'label' | 'id'>;

export function TextArea({ label, hint, fault, optional, ...rest }: Labels & AreaProps): JSX.Element {
  const id = useId();
  const labels = { label, hint, fault, optional };
  return (
    <Frame id={id} {...labels}>
      <textarea rows={4} required={!optional} {...rest} id={id} class={styles['control']} {...described(id, labels)} />
    </Frame>
  );
}

export interface Choice {
  value: string;
  text: string;
}

interface SelectProps extends Labels {
  choices: readonly Choice[];
  value?: string;
  onChange?: (event: TargetedEvent<HTMLSelectElement>) => void;
}

export function Select({ label, hint, fault, optional, choices, ...rest }: SelectProps): JSX.Element {
  const id = useId();
  const labels = { label, hint, fault, optional };
  return (
    <Frame id={id} {...labels}>
      <select {...rest} id={id} class={`${styles['control']} ${styles['select']}`} {...described(id, labels)}>
        {choices.map(({ value, text }) => (
          <option key={value} value={value}>
            {text}
          </option>
        ))}
      </select>
    </Frame>
  );
}

interface SwitchProps {
  label: string;
  hint?: string;
  checked: boolean;
  onChange: (checked: boolean) => void;
}

export function Switch({ label, hint, checked, onChange }: SwitchProps): JSX.Element {
  const id = useId();
  return (
    <div class={styles['switchRow']}>
      <div>
        <label class={styles['label']} for={id}>
          {label}
        </label>
        {hint && (
          <p class={styles['hint']} id={`${id}-hint`}>
            {hint}
          </p>
        )}
      </div>
      <input
        id={id}
        type="checkbox"
        role="switch"
        class={styles['switch']}
        checked={checked}
        aria-describedby={hint ? `${id}-hint` : undefined}
        onChange={(event) => onChange(event.currentTarget.checked)}
      />
    </div>
  );
}

interface RangeProps {
  label: string;
  /** 0 to 100. */
  value: number;
  onInput: (value: number) => void;
}

export function Range({ label, value, onInput }: RangeProps): JSX.Element {
  const id = useId();
  return (
    <Frame id={id} label={label}>
      <input
        id={id}
        type="range"
        min={0}
        max={100}
        step={5}
        class={styles['range']}
        value={value}
        onInput={(event) => onInput(event.currentTarget.valueAsNumber)}
      />
    </Frame>
  );
}
