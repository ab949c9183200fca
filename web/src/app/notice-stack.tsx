// Shows the notices of notices.ts, above the page.
import type { JSX } from 'preact';
import { t } from '../i18n';
import { Button, IconButton } from '../design/button';
import { Notice } from '../design/surface';
import { dismiss, notices } from './notices';
import styles from './notice-stack.module.css';

export function NoticeStack(): JSX.Element {
  return (
    <div class={styles['stack']}>
      {notices.value.map(({ id, tone, text, action }) => (
        <div key={id} class={styles['entry']}>
          <Notice
            tone={tone}
            actions={
              <>
                {action && (
                  <Button
                    look="quiet"
                    size="small"
                    onClick={() => {
                      dismiss(id);
                      action.run();
                    }}
                  >
                    {action.text}
                  </Button>
                )}
                <IconButton icon="close" label={t('app.dismiss')} onClick={() => dismiss(id)} />
              </>
            }
          >
            {text}
          </Notice>
        </div>
      ))}
    </div>
  );
}
