// Imports that were made on this device, each of which can be undone, or gone on with.
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { ImportRun } from '@mindspace/client/import';
import { formatDateTime, t } from '../i18n';
import { Button, IconButton } from '../design/button';
import { Dialog } from '../design/dialog';
import { Card, Notice, Row } from '../design/surface';
import { FileDrop } from './choose-file';
import { createdText, UndoButton } from './outcome';
import { forget, goOn, isSameFile, pastRuns, reloadPastRuns } from './task';
import { fileKindName } from './texts';
import styles from './moving.module.css';

/** Asks for the file of an interrupted import: pages cannot open files again by themselves. */
function GoOnButton({ run }: { run: ImportRun }): JSX.Element {
  const [open, setOpen] = useState(false);
  const [isOther, setIsOther] = useState(false);
  const { name } = run.file;
  return (
    <>
      <Button size="small" onClick={() => setOpen(true)}>
        {t('moving.goOn')}
      </Button>
      <Dialog title={t('moving.goOn')} open={open} onClose={() => setOpen(false)}>
        <p>{t('moving.goOnIntro', { name })}</p>
        {isOther && <Notice tone="error">{t('moving.notTheFile', { name })}</Notice>}
        <FileDrop
          onFile={(file) => {
            setIsOther(!isSameFile(run, file));
            if (!isSameFile(run, file)) return;
            setOpen(false);
            void goOn(run, file);
          }}
        />
      </Dialog>
    </>
  );
}

function PastImport({ run }: { run: ImportRun }): JSX.Element {
  const { file, kind, startedAt, state, totals } = run;
  return (
    <li class={styles['past']}>
      <span>{file.name}</span>
      <span class={styles['soft']}>
        {t('moving.pastDetail', {
          kind: fileKindName(kind),
          when: formatDateTime(startedAt),
          created: createdText(run),
        })}
        {state === 'unfinished' && ` · ${t('moving.pastUnfinished')}`}
        {state === 'undone' && ` · ${t('moving.pastUndone')}`}
      </span>
      <Row>
        {state === 'unfinished' && <GoOnButton run={run} />}
        {state !== 'undone' && totals.created > 0 && <UndoButton run={run} />}
        <IconButton icon="close" label={t('moving.forget')} onClick={() => void forget(run)} />
      </Row>
    </li>
  );
}

/** All but the one that is shown above. */
export function PastImports({ shown }: { shown: ImportRun | undefined }): JSX.Element | null {
  useEffect(() => void reloadPastRuns(), []);
  const runs = pastRuns.value.filter(({ id }) => id !== shown?.id);
  if (runs.length === 0) return null;
  return (
    <Card title={t('moving.past')}>
      <ul class={styles['rows']}>
        {runs.map((run) => (
          <PastImport key={run.id} run={run} />
        ))}
      </ul>
    </Card>
  );
}
