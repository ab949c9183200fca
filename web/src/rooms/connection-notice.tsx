import type { JSX } from 'preact';
import type { RoomState } from '@mindspace/client';
import { t } from '../i18n';
import { describe } from '../app/faults';
import { Notice } from '../design/surface';
import type { Moment } from './moment';

interface ConnectionNoticeProps {
  state: RoomState;
  moment: Moment;
}

/** While the room cannot be reached: why, and that it is tried again. */
export function ConnectionNotice({ state, moment }: ConnectionNoticeProps): JSX.Element | null {
  const { connection, connectionError } = state;
  const lost = connection === 'reconnecting';
  if (!lost && !(connection === 'connecting' && connectionError)) return null;
  const runs = moment === 'countdown' || moment === 'sitting';
  return (
    <Notice tone="warning" icon="offline">
      {lost && t(runs ? 'room.lostSitting' : 'room.lost')} {connectionError !== undefined && describe(connectionError)}{' '}
      {!lost && t('room.tryingAgain')}
    </Notice>
  );
}
