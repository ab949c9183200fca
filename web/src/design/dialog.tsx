// A modal dialog: the browser's own, which keeps the focus inside, closes with Escape and gives the focus back.
import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';
import styles from './dialog.module.css';

interface DialogProps {
  title: string;
  open: boolean;
  onClose: () => void;
  children: ComponentChildren;
  /** The buttons below. */
  actions?: ComponentChildren;
}

export function Dialog({ title, open, onClose, children, actions }: DialogProps): JSX.Element {
  const element = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const dialog = element.current;
    if (open && !dialog?.open) dialog?.showModal();
    if (!open && dialog?.open) dialog.close();
  }, [open]);
  return (
    <dialog
      ref={element}
      class={styles['dialog']}
      aria-labelledby={id}
      onClose={onClose}
      onClick={(event) => event.target === element.current && onClose()}
    >
      {open && (
        <div class={styles['content']}>
          <h2 id={id}>{title}</h2>
          {children}
          {actions && <div class={styles['actions']}>{actions}</div>}
        </div>
      )}
    </dialog>
  );
}
