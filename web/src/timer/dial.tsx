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
// The ring moves in steps that are just too small to see: with a smooth transition a browser would paint sixty times a
// second during a whole meditation.
const stepsPerUnit = 2;

export function Dial({ left, breathing, children }: DialProps): JSX.Element {
  const offset = Math.round(circumference * (1 - left) * stepsPerUnit) / stepsPerUnit;
  return (
    <div class={`${styles['dial']} ${breathing ? styles['breathing'] : ''}`}>
      <div class={styles['glow']} />
      <svg viewBox="0 0 200 200" class={styles['ring']} aria-hidden="true">
        <circle class={styles['track']} cx="100" cy="100" r={radius} />
        <circle
          class={styles['left']}
          cx="100"
          cy="100"
          r={radius}
          stroke-dasharray={circumference}
          stroke-dashoffset={offset}
        />
      </svg>
      <div class={styles['middle']}>{children}</div>
    </div>
  );
}
