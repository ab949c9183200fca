import type { JSX } from 'preact';
import { t } from '../i18n';
import { LinkButton } from '../design/button';
import { Notice } from '../design/surface';
import { roomPath } from '../groups/group-link';
import { visit } from './current-room';

/** On other pages: that one is in a room, and the way back to it. */
export function RoomBanner({ path }: { path: string }): JSX.Element | null {
  const current = visit.value;
  if (!current || current.state.connection === 'closed' || path === roomPath(current.groupId)) return null;
  return (
    <Notice
      icon="group"
      actions={
        <LinkButton href={roomPath(current.groupId)} size="small">
          {t('timer.return')}
        </LinkButton>
      }
    >
      {t('room.stillIn', { title: current.state.group?.title ?? '' })}
    </Notice>
  );
}
