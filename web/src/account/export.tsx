import type { JSX } from 'preact';
import { t } from '../i18n';
import { api } from '../app/api';
import { describe } from '../app/faults';
import { useSubmit } from '../app/use-submit';
import { Button } from '../design/button';
import { Card, Notice, Row } from '../design/surface';

const exportTimeoutMs = 5 * 60_000;

function saveAs(content: Blob, name: string): void {
  const url = URL.createObjectURL(content);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // The browser reads it after the click has been handled.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/** Everything that the server holds on the user, as a file. */
export function Export(): JSX.Element {
  const { busy, error, submit } = useSubmit(async () => {
    const response = await api.users.export({ signal: AbortSignal.timeout(exportTimeoutMs) });
    saveAs(await response.blob(), `mindspace-${new Date().toISOString().slice(0, 10)}.json`);
  });
  return (
    <Card title={t('account.data')} intro={t('account.exportIntro')}>
      {error !== undefined && <Notice tone="error">{describe(error)}</Notice>}
      <Row>
        <Button icon="download" busy={busy} onClick={submit}>
          {t('account.export')}
        </Button>
      </Row>
    </Card>
  );
}
