// What the user should know about the page as a whole: a new version, no connection, sessions that wait, no storage, a wrong clock.
import type { JSX } from 'preact';
import { useLocation } from 'preact-iso';
import { t } from '../i18n';
import { Button } from '../design/button';
import { Notice } from '../design/surface';
import { RoomBanner } from '../rooms/room-banner';
import { SitBanner } from '../timer/sit-banner';
import { clockOffsetMs, connection } from './connection';
import { queue } from './queue';
import styles from './state-banner.module.css';
import { storageFault } from './storage';
import { updateReady } from './updates';

const noticeableOffsetMs = 120_000;

export function StateBanner(): JSX.Element {
  const { path } = useLocation();
  const offset = Math.abs(clockOffsetMs.value);
  const connected = connection.value === 'connected';
  const waiting = queue.value.waiting.length;
  return (
    <div class={styles['banners']}>
      {updateReady.value && (
        <Notice
          icon="download"
          actions={
            <Button size="small" onClick={() => location.reload()}>
              {t('state.updateNow')}
            </Button>
          }
        >
          {t('state.update')}
        </Notice>
      )}
      {path !== '/sit' && <SitBanner />}
      <RoomBanner path={path} />
      {(!connected || waiting > 0) && (
        <Notice icon={connected ? 'upload' : 'offline'} tone="warning">
          {!connected && t(connection.value === 'offline' ? 'state.offline' : 'state.unreachable')}{' '}
          {waiting > 0 && t('state.queued', { count: waiting })}
        </Notice>
      )}
      {storageFault.value && (
        <Notice tone="warning">
          {t(storageFault.value === 'full' ? 'state.storageFull' : 'state.storageForbidden')}
        </Notice>
      )}
      {offset > noticeableOffsetMs && (
        <Notice tone="warning">{t('state.clock', { count: Math.round(offset / 60_000) })}</Notice>
      )}
    </div>
  );
}
