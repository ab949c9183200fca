// What groups content: pages, cards, notices, empty places.
import type { ComponentChildren, JSX } from 'preact';
import { Icon, type IconName } from './icons';
import { usePageTitle } from './page-title';
import styles from './surface.module.css';

interface PageProps {
  /** The heading, and the title of the window. */
  title: string;
  /** The heading is for screen readers only. */
  hideTitle?: boolean;
  intro?: ComponentChildren;
  /** Beside the heading. */
  actions?: ComponentChildren;
  width?: 'form' | 'text' | 'page';
  children: ComponentChildren;
}

export function Page({ title, hideTitle, intro, actions, width = 'page', children }: PageProps): JSX.Element {
  const heading = usePageTitle(title);
  return (
    <div class={`${styles['page']} ${styles[width]}`}>
      <header class={hideTitle ? 'visually-hidden' : styles['pageHeader']}>
        <div>
          <h1 ref={heading} tabIndex={-1}>
            {title}
          </h1>
          {intro && <p class={styles['intro']}>{intro}</p>}
        </div>
        {actions}
      </header>
      {children}
    </div>
  );
}

interface CardProps {
  title?: string;
  intro?: ComponentChildren;
  /** Beside the title. */
  actions?: ComponentChildren;
  look?: 'plain' | 'danger' | 'sand';
  children?: ComponentChildren;
}

export function Card({ title, intro, actions, look = 'plain', children }: CardProps): JSX.Element {
  return (
    <section class={`${styles['card']} ${styles[look]}`}>
      {title && (
        <header class={styles['cardHeader']}>
          <h2 class={styles['cardTitle']}>{title}</h2>
          {actions}
        </header>
      )}
      {intro && <p class={styles['soft']}>{intro}</p>}
      {children}
    </section>
  );
}

export type Tone = 'info' | 'success' | 'warning' | 'error';

const toneIcons: Record<Tone, IconName> = { info: 'info', success: 'check', warning: 'warning', error: 'warning' };

interface NoticeProps {
  tone?: Tone;
  icon?: IconName;
  actions?: ComponentChildren;
  children: ComponentChildren;
}

/** A message in the page. It is announced to screen readers when it appears, an error at once. */
export function Notice({ tone = 'info', icon, actions, children }: NoticeProps): JSX.Element {
  return (
    <div class={`${styles['notice']} ${styles[tone]}`} role={tone === 'error' ? 'alert' : 'status'}>
      <Icon name={icon ?? toneIcons[tone]} />
      <div class={styles['noticeText']}>{children}</div>
      {actions && <div class={styles['noticeActions']}>{actions}</div>}
    </div>
  );
}

interface EmptyProps {
  icon: IconName;
  title: string;
  children?: ComponentChildren;
}

/** A place that has nothing to show yet, and what to do about it. */
export function Empty({ icon, title, children }: EmptyProps): JSX.Element {
  return (
    <div class={styles['empty']}>
      <Icon name={icon} size={36} />
      <p class={styles['emptyTitle']}>{title}</p>
      {children}
    </div>
  );
}

/** Children below each other. */
export function Stack({ gap = 4, children }: { gap?: 2 | 3 | 4 | 5 | 6; children: ComponentChildren }): JSX.Element {
  return <div class={`${styles['stack']} ${styles[`gap${gap}`]}`}>{children}</div>;
}

/** Children beside each other, wrapped where there is no space. */
export function Row({ end, children }: { end?: boolean; children: ComponentChildren }): JSX.Element {
  return <div class={`${styles['row']} ${end ? styles['end'] : ''}`}>{children}</div>;
}
