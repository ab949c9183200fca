import type { ComponentChildren, JSX } from 'preact';
import { formatNumber, t } from '../i18n';
import styles from './moving.module.css';

interface ProgressProps {
  /** What is in progress. */
  label: string;
  /** From 0 to 1. */
  share: number;
  children?: ComponentChildren;
}

export function Progress({ label, share, children }: ProgressProps): JSX.Element {
  const percent = formatNumber(Math.min(1, share), { style: 'percent' });
  return (
    <div class={styles['progress']}>
      <progress aria-label={label} max={1} value={Math.min(1, share)} />
      <p class={styles['soft']}>{t('moving.percent', { percent })}</p>
      {children}
    </div>
  );
}
