// What has become of an import.
import type { JSX } from 'preact';
import type { ImportRun, ImportTotals } from '@mindspace/client/import';
import { formatDuration, t, type MessageKey } from '../i18n';
import { ConfirmButton } from '../app/confirm-button';
import { Button, LinkButton } from '../design/button';
import { Card, Notice, Row } from '../design/surface';
import { goOn, reset, restoreDeleted, undo, type Outcome } from './task';
import { faultText, outcomeText, placeName } from './texts';
import styles from './moving.module.css';

const totalTexts: readonly [keyof ImportTotals, MessageKey][] = [
  ['exists', 'moving.exists'],
  ['overlaps', 'moving.overlaps'],
  ['leftOut', 'moving.leftOut'],
  ['conflict', 'moving.conflict'],
  ['deleted', 'moving.deleted'],
  ['invalid', 'moving.invalid'],
  ['removed', 'moving.removed'],
  ['problems', 'moving.problems'],
];

export function createdText({ totals }: ImportRun): string {
  return t('moving.created', { count: totals.created, duration: formatDuration(totals.createdSeconds) });
}

/** Undoes an import after asking. */
export function UndoButton({ run }: { run: ImportRun }): JSX.Element {
  return (
    <ConfirmButton
      text={t('moving.undo')}
      title={t('moving.undoTitle')}
      look="danger"
      size="small"
      icon="trash"
      onConfirm={() => void undo(run)}
    >
      <p>{t('moving.undoWarning', { count: run.totals.created })}</p>
    </ConfirmButton>
  );
}

function titleOf({ run, fault }: Outcome): string {
  const values = { name: run.file.name };
  if (run.state === 'undone') return t('moving.undone', values);
  return t(run.state === 'finished' && fault === undefined ? 'moving.ended' : 'moving.interrupted', values);
}

export function OutcomeCard({ outcome }: { outcome: Outcome }): JSX.Element {
  const { run, rows, fault, source } = outcome;
  const { totals, settings, state } = run;
  const shown = totalTexts.filter(([name]) => totals[name] > 0);
  const isUndone = state === 'undone';
  return (
    <Card title={titleOf(outcome)}>
      {fault !== undefined && <Notice tone="error">{faultText(fault)}</Notice>}
      {!isUndone && (
        <div role="status">
          <p>{createdText(run)}</p>
          <ul class={styles['list']}>
            {shown.map(([name, text]) => (
              <li key={name}>{t(text, { count: totals[name] })}</li>
            ))}
          </ul>
        </div>
      )}
      {rows.length > 0 && (
        <details class={styles['details']}>
          <summary>{t('moving.details')}</summary>
          <ul class={styles['rows']}>
            {rows.map((row, index) => (
              <li key={index}>
                <span>{placeName(row.place)}</span>
                <span class={styles['wide']}>{outcomeText(row)}</span>
              </li>
            ))}
          </ul>
        </details>
      )}
      <Row>
        {!isUndone && (
          <LinkButton href="/history" look="primary">
            {t('moving.toHistory')}
          </LinkButton>
        )}
        {state === 'unfinished' && source && (
          <Button onClick={() => void goOn(run, source.file)}>{t('moving.goOn')}</Button>
        )}
        {totals.deleted > 0 && !settings.restoreDeleted && source && !isUndone && (
          <Button onClick={() => void restoreDeleted(outcome)}>{t('moving.restore')}</Button>
        )}
        <Button look="quiet" onClick={reset}>
          {t('moving.otherFile')}
        </Button>
        {totals.created > 0 && !isUndone && <UndoButton run={run} />}
      </Row>
    </Card>
  );
}
