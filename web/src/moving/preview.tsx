// What is in a file, before anything is sent.
import type { JSX } from 'preact';
import { isComplete, type RowNoticeCode } from '@mindspace/client/import';
import { formatDate, formatDuration, t, type MessageKey } from '../i18n';
import { timeZonesWith } from '../account/time-zones';
import { profile } from '../app/session';
import { Button } from '../design/button';
import { Select, Switch } from '../design/field';
import { Card, Notice, Row, Stack } from '../design/surface';
import { kindName } from '../timer/kinds';
import { CsvMappingForm } from './csv-mapping';
import { Progress } from './progress';
import { changeChoices, reset, start, type Stage } from './task';
import { faultText, fileKindName, placeName, problemText, sessionTime } from './texts';
import type { Scan } from './scan';
import styles from './moving.module.css';

type PreviewStage = Extract<Stage, { name: 'preview' }>;

const noticeTexts: readonly [RowNoticeCode, MessageKey][] = [
  ['time_unknown', 'moving.timeUnknown'],
  ['note_shortened', 'moving.noteShortened'],
  ['mood_ignored', 'moving.moodIgnored'],
];

function Samples({ scan }: { scan: Scan }): JSX.Element {
  return (
    <section>
      <h3>{t('moving.samples')}</h3>
      <ul class={styles['rows']}>
        {scan.samples.map((session) => (
          <li key={session.id}>
            <span>{sessionTime(session)}</span>
            <span>{formatDuration(session.durationSeconds)}</span>
            <span>{kindName(session.kind)}</span>
            {session.note && <span class={`${styles['soft']} ${styles['wide']}`}>{session.note.slice(0, 80)}</span>}
          </li>
        ))}
      </ul>
    </section>
  );
}

function Problems({ scan }: { scan: Scan }): JSX.Element {
  const more = scan.problems - scan.problemRows.length;
  return (
    <details class={styles['details']}>
      <summary>{t('moving.problems', { count: scan.problems })}</summary>
      <ul class={styles['rows']}>
        {scan.problemRows.map(({ place, code, text }) => (
          <li key={`${place.number}${code}`}>
            <span>{placeName(place)}</span>
            <span class={styles['wide']}>{problemText(code, text)}</span>
          </li>
        ))}
      </ul>
      {more > 0 && <p class={styles['soft']}>{t('moving.problemsMore', { count: more })}</p>}
    </details>
  );
}

/** Settings of the account there that are not those here. */
function differs(scan: Scan): boolean {
  const mine = profile.value;
  if (!scan.profile || !mine) return false;
  const { timezone, dayStartHour, dailyGoalSeconds } = scan.profile;
  return timezone !== mine.timezone || dayStartHour !== mine.dayStartHour || dailyGoalSeconds !== mine.dailyGoalSeconds;
}

function ChoicesCard({ stage: { choices, scan, opened } }: { stage: PreviewStage }): JSX.Element | null {
  const overlaps = scan.notices.overlaps;
  const { timezone = '', dayStartHour = 0, dailyGoalSeconds = 0 } = scan.profile ?? {};
  const asksZone = opened.kind !== 'mindspace';
  if (!asksZone && !overlaps && !scan.deletions && !differs(scan)) return null;
  return (
    <Card>
      {asksZone && (
        <Select
          label={t('moving.zone')}
          hint={t('moving.zoneHint')}
          choices={timeZonesWith(choices.timezone).map((zone) => ({
            value: zone,
            text: zone.replaceAll('_', ' '),
          }))}
          value={choices.timezone}
          onChange={({ currentTarget: { value } }) => void changeChoices({ timezone: value })}
        />
      )}
      {overlaps > 0 && (
        <Switch
          label={t('moving.leaveOutOverlaps', { count: overlaps })}
          hint={t('moving.leaveOutOverlapsHint')}
          checked={choices.leaveOutOverlaps}
          onChange={(leaveOutOverlaps) => void changeChoices({ leaveOutOverlaps })}
        />
      )}
      {scan.deletions > 0 && (
        <Switch
          label={t('moving.deletions', { count: scan.deletions })}
          hint={t('moving.deletionsHint')}
          checked={choices.applyDeletions}
          onChange={(applyDeletions) => void changeChoices({ applyDeletions })}
        />
      )}
      {differs(scan) && (
        <Switch
          label={t('moving.takeSettings')}
          hint={t('moving.takeSettingsHint', {
            timezone: timezone.replaceAll('_', ' '),
            hour: formatDate(new Date(2000, 0, 1, dayStartHour), { timeStyle: 'short' }),
            goal: formatDuration(dailyGoalSeconds),
          })}
          checked={choices.takeSettings}
          onChange={(takeSettings) => void changeChoices({ takeSettings })}
        />
      )}
    </Card>
  );
}

function Found({ stage: { file, opened, scan, share } }: { stage: PreviewStage }): JSX.Element {
  const day = (at: string) => formatDate(at, { dateStyle: 'medium' });
  const summary =
    scan.first !== undefined && scan.last !== undefined
      ? t('moving.summary', {
          sessions: t('moving.sessions', { count: scan.sessions }),
          duration: formatDuration(scan.seconds),
          first: day(scan.first),
          last: day(scan.last),
        })
      : t('moving.noSessions');
  return (
    <Card title={t('moving.preview', { name: file.name })} intro={fileKindName(opened.kind)}>
      {scan.isComplete ? (
        <p role="status">{summary}</p>
      ) : (
        <Progress label={t('moving.reading', { name: file.name })} share={share} />
      )}
      {scan.fault !== undefined && (
        <Notice tone="error">
          {faultText(scan.fault)} {scan.sessions > 0 && t('moving.before')}
        </Notice>
      )}
      {scan.samples.length > 0 && <Samples scan={scan} />}
      {noticeTexts.map(
        ([code, text]) =>
          scan.notices[code] > 0 && <Notice key={code}>{t(text, { count: scan.notices[code] })}</Notice>,
      )}
      {scan.problems > 0 && <Problems scan={scan} />}
    </Card>
  );
}

export function Preview({ stage }: { stage: PreviewStage }): JSX.Element {
  const { opened, scan, choices } = stage;
  const complete = !('mapping' in opened) || isComplete(opened.mapping);
  const count = scan.sessions - (choices.leaveOutOverlaps ? scan.notices.overlaps : 0);
  const canStart = scan.isComplete && (count > 0 || scan.deletions > 0);
  return (
    <Stack gap={5}>
      {'mapping' in opened && <CsvMappingForm file={opened} />}
      {complete ? <Found stage={stage} /> : <Notice tone="warning">{t('moving.incomplete')}</Notice>}
      <ChoicesCard stage={stage} />
      <Row end>
        <Button look="quiet" onClick={reset}>
          {t('moving.otherFile')}
        </Button>
        <Button look="primary" icon="upload" disabled={!canStart} onClick={() => void start()}>
          {t('moving.import', { count })}
        </Button>
      </Row>
    </Stack>
  );
}
