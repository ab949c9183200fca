// A button that asks before it does what cannot be taken back.
import type { ComponentChildren, JSX } from 'preact';
import { useState } from 'preact/hooks';
import { t } from '../i18n';
import { Button, type ButtonLook } from '../design/button';
import { Dialog } from '../design/dialog';
import type { IconName } from '../design/icons';

interface ConfirmButtonProps {
  /** What the button, and the one that confirms, say. */
  text: string;
  /** The question, as the title of the dialog. */
  title: string;
  /** What will happen. */
  children: ComponentChildren;
  onConfirm: () => void;
  look?: ButtonLook;
  size?: 'small';
  icon?: IconName;
}

export function ConfirmButton(props: ConfirmButtonProps): JSX.Element {
  const { text, title, children, onConfirm, look, size, icon } = props;
  const [open, setOpen] = useState(false);
  const confirm = () => {
    setOpen(false);
    onConfirm();
  };
  return (
    <>
      <Button look={look} size={size} icon={icon} onClick={() => setOpen(true)}>
        {text}
      </Button>
      <Dialog
        title={title}
        open={open}
        onClose={() => setOpen(false)}
        actions={
          <>
            <Button look="quiet" onClick={() => setOpen(false)}>
              {t('app.cancel')}
            </Button>
            <Button look="danger" onClick={confirm}>
              {text}
            </Button>
          </>
        }
      >
        {children}
      </Dialog>
    </>
  );
}
