import type { JSX } from 'preact';
import type { Group } from '@mindspace/client';
import { t } from '../i18n';
import { Icon } from '../design/icons';
import { groupPath } from './group-link';
import styles from './groups.module.css';
import { detailsOf, whenOf } from './texts';

export function GroupRow({ group }: { group: Group }): JSX.Element {
  const { id, title, state, participantCount } = group;
  return (
    <li class={styles['group']}>
      <div class={styles['what']}>
        <a class={styles['title']} href={groupPath(id)} dir="auto">
          {title}
        </a>
        <p class={styles['details']}>{detailsOf(group)}</p>
        <p class={state === 'running' ? styles['now'] : styles['details']}>{whenOf(group)}</p>
      </div>
      {participantCount > 0 && (
        <p class={styles['count']}>
          <Icon name="group" size={18} />
          {t('groups.here', { count: participantCount })}
        </p>
      )}
    </li>
  );
}
