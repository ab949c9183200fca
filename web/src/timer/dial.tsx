// The ring of the timer: how much of it is drawn is how much is left. It breathes while a sit runs.
import type { ComponentChildren, JSX } from 'preact';
import styles from './dial.module.css';

interface DialProps {
  /** 0 to 1. */
  left: number;
  breathing?: boolean;
  children: ComponentChildren;
}

const radius = 94;
const circumference = 2 * Math.PI * radius;

export function Dial({ left, breathing, children }: DialProps): JSX.Element {
  return (
    <div class={`${styles['dial']} ${breathing ? styles['breathing'] : ''}`}>
      <svg viewBox="0 0 200 200" class={styles['ring']} aria-hidden="true">
        <circle class={styles['glow']} cx="100" cy="100" r="84" />
        <circle class={styles['track']} cx="100" cy="100" r={radius} />
        <circle
          class={styles['left']}
          cx="100"
          cy="100"
          r={radius}
          stroke-dasharray={circumference}
          stroke-dashoffset={circumference * (1 - left)}
        />
      </svg>
      <div class={styles['middle']}>{children}</div>
    </div>
  );
}
