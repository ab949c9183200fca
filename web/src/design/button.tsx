// Buttons, and links that look like buttons.
import type { ComponentChildren, JSX } from 'preact';
import { Icon, type IconName } from './icons';
import styles from './button.module.css';

export type ButtonLook = 'primary' | 'secondary' | 'quiet' | 'danger';

interface Look {
  look?: ButtonLook;
  size?: 'medium' | 'large' | 'small';
  icon?: IconName;
  /** As wide as its container. */
  wide?: boolean;
  children?: ComponentChildren;
}

function classes({ look = 'secondary', size = 'medium', wide }: Look): string {
  return [styles['button'], styles[look], styles[size], wide && styles['wide']].filter(Boolean).join(' ');
}

interface ButtonProps extends Look, Omit<JSX.IntrinsicElements['button'], 'size' | 'icon' | 'children'> {
  /** Work is in progress: the button stays focusable but does nothing. */
  busy?: boolean;
}

export function Button({ look, size, icon, wide, busy, children, onClick, ...rest }: ButtonProps): JSX.Element {
  return (
    <button
      type="button"
      {...rest}
      class={classes({ look, size, wide })}
      aria-disabled={busy || undefined}
      aria-busy={busy || undefined}
      onClick={(event) => {
        if (busy) event.preventDefault();
        else onClick?.(event);
      }}
    >
      {busy ? <span class={styles['spinner']} /> : icon && <Icon name={icon} />}
      {children}
    </button>
  );
}

interface LinkButtonProps extends Look {
  href: string;
}

export function LinkButton({ href, look, size, icon, wide, children }: LinkButtonProps): JSX.Element {
  return (
    <a href={href} class={classes({ look, size, wide })}>
      {icon && <Icon name={icon} />}
      {children}
    </a>
  );
}

interface IconButtonProps extends Omit<JSX.IntrinsicElements['button'], 'icon' | 'label'> {
  icon: IconName;
  /** What it does, for screen readers and as a tooltip. */
  label: string;
}

export function IconButton({ icon, label, ...rest }: IconButtonProps): JSX.Element {
  return (
    <button type="button" {...rest} class={styles['iconButton']} aria-label={label} title={label}>
      <Icon name={icon} />
    </button>
  );
}
