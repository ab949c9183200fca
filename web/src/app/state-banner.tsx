// What the user should know about the page as a whole: no connection, no storage, a wrong clock.
import type { ComponentChildren, JSX } from 'preact';
import { t } from '../i18n';
import { Notice } from '../design/surface';
import { clockOffsetMs, connection } from './connection';
import { storageFault } from './storage';
import styles from './state-banner.module.css';

const noticeableOffsetMs = 120_000;

function Banner({ children }: { children: ComponentChildren }): JSX.Element {
    return <div class={styles['banner']}>{children}</div>;
}

export function StateBanner(): JSX.Element {
    const offset = Math.abs(clockOffsetMs.value);
    return (
        <div>
            {connection.value !== 'connected' && (
                <Banner>
                    <Notice icon="offline" tone="warning">
                        {t(connection.value === 'offline' ? 'state.offline' : 'state.unreachable')}
                    </Notice>
                </Banner>
            )}
            {storageFault.value && (
                <Banner>
                    <Notice tone="warning">
                        {t(storageFault.value === 'full' ? 'state.storageFull' : 'state.storageForbidden')}
                    </Notice>
                </Banner>
            )}
            {offset > noticeableOffsetMs && (
                <Banner>
                    <Notice tone="warning">{t('state.clock', { count: Math.round(offset / 60_000) })}</Notice>
                </Banner>
            )}
        </div>
    );
}
