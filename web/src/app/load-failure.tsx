import type { JSX } from 'preact';
import { t } from '../i18n';
import { Button } from '../design/button';
import { Notice } from '../design/surface';
import { describe } from './faults';

interface LoadFailureProps {
  error: unknown;
  onRetry: () => void;
}

/** Why something could not be loaded, and the way to try again. */
export function LoadFailure({ error, onRetry }: LoadFailureProps): JSX.Element {
  return (
    <Notice
      tone="error"
      actions={
        <Button size="small" onClick={onRetry}>
          {t('app.retry')}
        </Button>
      }
    >
      {describe(error)}
    </Notice>
  );
}
