import type { JSX } from 'preact';
import { useLocation } from 'preact-iso';
import { useState } from 'preact/hooks';
import { t } from '../i18n';
import { Button } from '../design/button';
import { TextField } from '../design/field';
import { Card } from '../design/surface';
import { destinationOf, groupPath, type Destination } from './group-link';
import styles from './groups.module.css';

/** The way to a group that one was invited to. */
export function JoinForm(): JSX.Element {
  const { route } = useLocation();
  const [text, setText] = useState('');
  const [tried, setTried] = useState<Destination>();
  const open = (event: Event) => {
    event.preventDefault();
    const destination = destinationOf(text);
    setTried(destination);
    if ('id' in destination) route(groupPath(destination.id));
  };
  return (
    <Card title={t('groups.invited')} look="sand">
      <form class={styles['join']} onSubmit={open}>
        <TextField
          label={t('groups.link')}
          hint={t('groups.linkHint')}
          value={text}
          autocomplete="off"
          fault={tried && 'fault' in tried ? t(tried.fault) : undefined}
          onInput={(event) => {
            setText(event.currentTarget.value);
            setTried(undefined);
          }}
        />
        <Button type="submit">{t('groups.open')}</Button>
      </form>
    </Card>
  );
}
