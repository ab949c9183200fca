import type { JSX } from 'preact';
import { useLocation } from 'preact-iso';
import { formatDuration, t } from '../i18n';
import { api } from '../app/api';
import { ConfirmButton } from '../app/confirm-button';
import { connection } from '../app/connection';
import { describe } from '../app/faults';
import { notify } from '../app/notices';
import { useSubmit } from '../app/use-submit';
import { Button } from '../design/button';
import { TextArea } from '../design/field';
import { Card, Notice, Page, Row } from '../design/surface';
import { Form } from '../account/form-page';
import { describeSit, discardSit, saveSit } from './current-sit';
import { MoodPicker } from './mood-picker';
import { attendedMs, type Sit } from './sit';

export const longestNote = 2000;

function Discard(): JSX.Element {
  return (
    <ConfirmButton text={t('timer.discard')} title={t('timer.discardTitle')} look="quiet" onConfirm={discardSit}>
      <p>{t('timer.discardWarning')}</p>
    </ConfirmButton>
  );
}

interface FinishedProps {
  sit: Sit;
  now: number;
}

/** After a sit: how it was. What is entered is stored at once, and everything is saved with one button. */
export function Finished({ sit, now }: FinishedProps): JSX.Element {
  const { route } = useLocation();
  const seconds = Math.max(1, Math.floor(attendedMs(sit, now) / 1000));
  const duration = formatDuration(seconds, 'long');
  const planned = formatDuration(sit.plannedSeconds, 'long');
  const { busy, error, submit } = useSubmit(async () => {
    await saveSit();
    const isSent = connection.value === 'connected';
    notify(isSent ? 'success' : 'info', t(isSent ? 'timer.saved' : 'timer.queued', { duration }));
    if (!api.offline.state.value.isSaved) notify('warning', t('timer.notStored'));
    route('/');
  });
  return (
    <Page
      title={t('timer.finished')}
      intro={
        seconds < sit.plannedSeconds
          ? t('timer.finishedEarly', { duration, planned })
          : t('timer.finishedIntro', { duration })
      }
      width="text"
    >
      <Card>
        <Form onSubmit={submit}>
          {error !== undefined && <Notice tone="error">{describe(error)}</Notice>}
          <MoodPicker
            legend={t('timer.moodAfter')}
            value={sit.moodAfter}
            onChange={(moodAfter) => describeSit({ moodAfter })}
          />
          <TextArea
            label={t('timer.note')}
            hint={t('timer.noteHint')}
            optional
            maxLength={longestNote}
            value={sit.note ?? ''}
            onInput={(event) => describeSit({ note: event.currentTarget.value })}
          />
          <Row end>
            <Discard />
            <Button type="submit" look="primary" busy={busy}>
              {t('timer.save')}
            </Button>
          </Row>
        </Form>
      </Card>
    </Page>
  );
}
