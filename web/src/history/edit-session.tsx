import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { etagOf, isProblem, type MeditationSession } from '@mindspace/client';
import { t } from '../i18n';
import { api } from '../app/api';
import { describe, fieldFault } from '../app/faults';
import { LoadFailure } from '../app/load-failure';
import { useLoaded } from '../app/use-loaded';
import { useSubmit } from '../app/use-submit';
import { Form } from '../account/form-page';
import { Button } from '../design/button';
import { Dialog } from '../design/dialog';
import { TextArea } from '../design/field';
import { Loading } from '../design/loading';
import { Notice, Row } from '../design/surface';
import { longestNote } from '../timer/finished';
import { MoodPicker } from '../timer/mood-picker';
import { describeSession } from './texts';

interface EditorProps {
  /** As it was read. */
  session: MeditationSession;
  onSaved: (session: MeditationSession) => void;
  onClose: () => void;
}

/** What was entered stays when the session was changed elsewhere meanwhile; what was not, is not overwritten. */
function Editor({ session, onSaved, onClose }: EditorProps): JSX.Element {
  const [base, setBase] = useState(session);
  const [moodAfter, setMoodAfter] = useState(session.moodAfter ?? undefined);
  const [note, setNote] = useState(session.note ?? '');
  const { busy, error, submit } = useSubmit(async () => {
    try {
      const patch = {
        ...(moodAfter !== (session.moodAfter ?? undefined) && { moodAfter: moodAfter ?? null }),
        ...(note !== (session.note ?? '') && { note: note.trim() === '' ? null : note }),
      };
      onSaved(await api.sessions.update(base.id, patch, { ifMatch: etagOf(base) }));
    } catch (cause) {
      if (isProblem(cause, 'precondition_failed')) setBase(await api.sessions.get(base.id));
      throw cause;
    }
  });
  const theirs = isProblem(error, 'precondition_failed') && base.note !== note && base.note;
  return (
    <Form onSubmit={submit}>
      {error !== undefined && (
        <Notice tone="error">
          <p>{describe(error, { precondition_failed: 'history.changedElsewhere', not_found: 'history.gone' })}</p>
          {theirs && <p>{t('history.theirNote', { note: theirs })}</p>}
        </Notice>
      )}
      <MoodPicker legend={t('history.moodAfter')} value={moodAfter} onChange={setMoodAfter} />
      <TextArea
        label={t('timer.note')}
        hint={t('timer.noteHint')}
        optional
        maxLength={longestNote}
        value={note}
        fault={fieldFault(error, 'note')}
        onInput={(event) => setNote(event.currentTarget.value)}
      />
      <Row end>
        <Button look="quiet" onClick={onClose}>
          {t('app.cancel')}
        </Button>
        <Button type="submit" look="primary" busy={busy}>
          {t('app.save')}
        </Button>
      </Row>
    </Form>
  );
}

/** Reads the session anew, as only that has its entity tag. */
function Reader({ session, ...rest }: EditorProps): JSX.Element {
  const { data, error, reload } = useLoaded((signal) => api.sessions.get(session.id, { signal }), session.id);
  if (data) return <Editor session={data} {...rest} />;
  return error === undefined ? <Loading /> : <LoadFailure error={error} onRetry={reload} />;
}

interface EditSessionProps extends Omit<EditorProps, 'session'> {
  /** Undefined: closed. */
  session: MeditationSession | undefined;
}

/** Changes how a session was. */
export function EditSession({ session, onSaved, onClose }: EditSessionProps): JSX.Element {
  return (
    <Dialog title={t('history.edit')} open={session !== undefined} onClose={onClose}>
      {session && (
        <>
          <p>{describeSession(session)}</p>
          <Reader session={session} onSaved={onSaved} onClose={onClose} />
        </>
      )}
    </Dialog>
  );
}
