// What stands around every page: the header with the ways to the main pages (below, on a phone), notices, the footer.
import type { ComponentChildren, JSX } from 'preact';
import { useLocation } from 'preact-iso';
import { t, type MessageKey } from '../i18n';
import { LinkButton } from '../design/button';
import { Icon, Logo, type IconName } from '../design/icons';
import { Initials } from '../design/initials';
import { Preferences } from './preferences-menu';
import { NoticeStack } from './notice-stack';
import { StateBanner } from './state-banner';
import { authState, profile } from './session';
import styles from './shell.module.css';

interface Destination {
  path: string;
  text: MessageKey;
  icon: IconName;
}

const destinations: readonly Destination[] = [
  { path: '/', text: 'app.home', icon: 'home' },
  { path: '/sit', text: 'app.sit', icon: 'bell' },
  { path: '/groups', text: 'app.groups', icon: 'group' },
  { path: '/history', text: 'app.history', icon: 'history' },
];

function isIn(path: string, destination: string): boolean {
  return destination === '/' ? path === '/' : path === destination || path.startsWith(`${destination}/`);
}

function Navigation({ path }: { path: string }): JSX.Element {
  return (
    <nav class={styles['navigation']} aria-label={t('app.navigation')}>
      {destinations.map((destination) => (
        <a
          key={destination.path}
          href={destination.path}
          class={styles['destination']}
          aria-current={isIn(path, destination.path) ? 'page' : undefined}
        >
          <Icon name={destination.icon} size={22} />
          <span>{t(destination.text)}</span>
        </a>
      ))}
    </nav>
  );
}

function AccountLink({ path }: { path: string }): JSX.Element {
  return (
    <a
      class={styles['account']}
      href="/account"
      title={t('app.account')}
      aria-current={isIn(path, '/account') ? 'page' : undefined}
    >
      <span class="visually-hidden">{t('app.account')}</span>
      <Initials name={profile.value?.displayName ?? ''} />
    </a>
  );
}

function GuestLinks({ path }: { path: string }): JSX.Element {
  return (
    <>
      {path !== '/sign-in' && (
        <LinkButton href="/sign-in" look="quiet" size="small">
          {t('app.signIn')}
        </LinkButton>
      )}
    </>
  );
}

export function Shell({ children }: { children: ComponentChildren }): JSX.Element {
  const { path } = useLocation();
  const signedIn = authState.value.status === 'signedIn';
  return (
    <div class={styles['shell']}>
      <a class={`visually-hidden ${styles['skip']}`} href="#content">
        {t('app.skip')}
      </a>
      <header class={styles['header']}>
        <div class={styles['bar']}>
          <a class={styles['brand']} href="/">
            <Logo />
            <span>{t('app.name')}</span>
          </a>
          {signedIn && <Navigation path={path} />}
          <div class={styles['end']}>
            <Preferences />
            {signedIn ? <AccountLink path={path} /> : <GuestLinks path={path} />}
          </div>
        </div>
      </header>
      <StateBanner />
      <main id="content" class={styles['main']} tabIndex={-1}>
        {children}
      </main>
      <footer class={styles['footer']}>
        <span>{t('app.openSource')}</span>
        <a href="/docs">{t('app.apiDocs')}</a>
      </footer>
      <NoticeStack />
    </div>
  );
}
