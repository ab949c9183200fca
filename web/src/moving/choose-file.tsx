import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { t } from '../i18n';
import { Icon } from '../design/icons';
import styles from './moving.module.css';

const types = '.zip,.xml,.csv,.tsv,.txt,.json,.db';

/** Takes a file, by choosing or by dropping it. */
export function FileDrop({ onFile }: { onFile: (file: File) => void }): JSX.Element {
  const [over, setOver] = useState(false);
  return (
    <label
      class={`${styles['drop']} ${over ? styles['over'] : ''}`}
      onDragEnter={() => setOver(true)}
      onDragLeave={() => setOver(false)}
      onDrop={() => setOver(false)}
    >
      <Icon name="upload" size={32} />
      <span class={styles['dropTitle']}>{t('moving.choose')}</span>
      <span class={styles['soft']} aria-hidden="true">
        {t('moving.drop')}
      </span>
      <input
        type="file"
        accept={types}
        onChange={(event) => {
          const file = event.currentTarget.files?.[0];
          event.currentTarget.value = '';
          if (file) onFile(file);
        }}
      />
    </label>
  );
}

/** Where people find the files that can be imported. */
export function HowTo(): JSX.Element {
  return (
    <details class={styles['howTo']}>
      <summary>{t('moving.howTo')}</summary>
      <ul>
        <li>{t('moving.howToApple')}</li>
        <li>{t('moving.howToAndroid')}</li>
        <li>{t('moving.howToMindspace')}</li>
        <li>{t('moving.howToCsv')}</li>
      </ul>
    </details>
  );
}
