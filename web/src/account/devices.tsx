// The login sessions of the user, each of which can be ended.
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { LoginSession } from '@mindspace/client';
import { formatAgo, t } from '../i18n';
import { api } from '../app/api';
import { report } from '../app/faults';
import { LoadFailure } from '../app/load-failure';
import { notify } from '../app/notices';
import { Button } from '../design/button';
import { Icon } from '../design/icons';
import { Loading } from '../design/loading';
import { Card, Row } from '../design/surface';
import { nameOfUserAgent } from './device-name';
import styles from './devices.module.css';

function nameOf(device: LoginSession): string {
  return device.deviceName || nameOfUserAgent(device.userAgent) || t('account.unknownDevice');
}

interface DeviceProps {
  device: LoginSession;
  onEnd: () => Promise<void>;
}

function Device({ device, onEnd }: DeviceProps): JSX.Element {
  const [busy, setBusy] = useState(false);
  const name = nameOf(device);
  const isPhone = /iPhone|Android/.test(device.userAgent);
  return (
    <li class={styles['device']}>
      <Icon name={isPhone ? 'phone' : 'device'} size={24} />
      <div class={styles['text']}>
        <p class={styles['name']}>{name}</p>
        <p class={styles['detail']}>
          {device.current ? t('account.thisDevice') : t('account.lastUsed', { when: formatAgo(device.lastUsedAt) })}
          {' · '}
          {device.ip}
        </p>
      </div>
      <Button
        size="small"
        busy={busy}
        aria-label={device.current ? t('account.signOut') : t('account.signOutDevice', { device: name })}
        onClick={() => {
          setBusy(true);
          void onEnd().finally(() => setBusy(false));
        }}
      >
        {t('account.signOut')}
      </Button>
    </li>
  );
}

export function Devices(): JSX.Element {
  const [devices, setDevices] = useState<readonly LoginSession[]>();
  const [cursor, setCursor] = useState<string | null>(null);
  const [error, setError] = useState<unknown>();

  const load = async (from?: string) => {
    setError(undefined);
    try {
      const page = await api.loginSessions.list(from === undefined ? {} : { cursor: from }).page();
      setDevices([...(from === undefined ? [] : (devices ?? [])), ...page.items]);
      setCursor(page.nextCursor ?? null);
    } catch (cause) {
      setError(cause);
    }
  };
  useEffect(() => void load(), []);

  const end = async (device: LoginSession) => {
    try {
      if (device.current) return await api.auth.logout();
      await api.loginSessions.end(device.id);
      setDevices((shown) => shown?.filter(({ id }) => id !== device.id));
      notify('success', t('account.signedOutDevice'));
    } catch (cause) {
      report(cause);
    }
  };

  return (
    <Card title={t('account.devices')} intro={t('account.devicesIntro')}>
      {error !== undefined && <LoadFailure error={error} onRetry={() => void load()} />}
      {!devices && error === undefined && <Loading />}
      <ul class={styles['devices']}>
        {devices?.map((device) => (
          <Device key={device.id} device={device} onEnd={() => end(device)} />
        ))}
      </ul>
      <Row end>
        {cursor !== null && (
          <Button look="quiet" onClick={() => void load(cursor)}>
            {t('account.showMore')}
          </Button>
        )}
        <Button look="quiet" onClick={() => void api.auth.logoutEverywhere().catch(report)}>
          {t('account.signOutEverywhere')}
        </Button>
      </Row>
    </Card>
  );
}
