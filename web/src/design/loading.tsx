// While something loads: nothing for a moment, then three breathing dots.
import type { JSX } from 'preact';
import { t } from '../i18n';
import styles from './loading.module.css';

export function Loading(): JSX.Element {
  return (
    <div class={styles['loading']} role="status" data-loading>
      <span class="visually-hidden">{t('app.loading')}</span>
      <span />
      <span />
      <span />
    </div>
  );
}
