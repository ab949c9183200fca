// A page with one short form: sign in, sign up, and the pages behind mails.
import type { ComponentChildren, JSX } from 'preact';
import { Page, Stack } from '../design/surface';
import styles from './form-page.module.css';

interface FormPageProps {
  title: string;
  intro?: string;
  children: ComponentChildren;
  /** Links to other ways, below the form. */
  below?: ComponentChildren;
}

export function FormPage({ title, intro, children, below }: FormPageProps): JSX.Element {
  return (
    <div class={styles['center']}>
      <Page title={title} intro={intro} width="form">
        <Stack gap={4}>{children}</Stack>
        {below && <p class={styles['below']}>{below}</p>}
      </Page>
    </div>
  );
}

interface FormProps {
  onSubmit: (event: Event) => void;
  children: ComponentChildren;
}

/** The browser checks what it can before anything is sent; the server has the last word. */
export function Form({ onSubmit, children }: FormProps): JSX.Element {
  return (
    <form onSubmit={onSubmit}>
      <Stack gap={4}>{children}</Stack>
    </form>
  );
}
