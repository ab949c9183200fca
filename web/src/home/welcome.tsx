// What a guest sees first.
import type { JSX } from 'preact';
import { t, type MessageKey } from '../i18n';
import { LinkButton } from '../design/button';
import { Icon, type IconName } from '../design/icons';
import { usePageTitle } from '../design/page-title';
import { Row } from '../design/surface';
import styles from './welcome.module.css';

const features: readonly { icon: IconName; title: MessageKey; text: MessageKey }[] = [
  { icon: 'bell', title: 'welcome.timer', text: 'welcome.timerIntro' },
  { icon: 'leaf', title: 'welcome.history', text: 'welcome.historyIntro' },
  { icon: 'group', title: 'welcome.groups', text: 'welcome.groupsIntro' },
];

export function Welcome(): JSX.Element {
  const heading = usePageTitle(t('welcome.title'));
  return (
    <div class={styles['welcome']}>
      <section class={styles['hero']}>
        <div class={styles['words']}>
          <h1 ref={heading} tabIndex={-1} class={styles['title']}>
            {t('welcome.title')}
          </h1>
          <p class={styles['intro']}>{t('welcome.intro')}</p>
          <Row>
            <LinkButton href="/sign-up" look="primary" size="large">
              {t('app.signUp')}
            </LinkButton>
            <LinkButton href="/sign-in" look="quiet" size="large">
              {t('app.signIn')}
            </LinkButton>
          </Row>
        </div>
        <div class={styles['rings']} aria-hidden="true">
          <span />
          <span />
          <span />
          <span />
        </div>
      </section>
      <ul class={styles['features']}>
        {features.map(({ icon, title, text }) => (
          <li key={title} class={styles['feature']}>
            <Icon name={icon} size={28} />
            <h2>{t(title)}</h2>
            <p>{t(text)}</p>
          </li>
        ))}
      </ul>
    </div>
  );
}
