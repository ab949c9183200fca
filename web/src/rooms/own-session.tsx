// The user's own session of a group: the server writes it when the group ends, and the user says how it was.
import type { JSX } from 'preact';
import { useLocation } from 'preact-iso';
import { useEffect, useState } from 'preact/hooks';
import type { MeditationSession } from '@mindspace/client';
import { formatDuration, t } from '../i18n';
import { api } from '../app/api';
import { connection } from '../app/connection';
import { describe, fieldFault } from '../app/faults';
import { notify } from '../app/notices';
import { sessionsChanged } from '../app/queue';
import { useSubmit } from '../app/use-submit';
import { Form } from '../account/form-page';
import { Button, LinkButton } from '../design/button';
import { TextArea } from '../design/field';
import { Loading } from '../design/loading';
import { Card, Notice, Row } from '../design/surface';
import { longestNote } from '../timer/finished';
import { MoodPicker } from '../timer/mood-picker';

/** Less is no session. */
const leastSeconds = 60;
// The server knows all at the latest 31 seconds after the end.
const lookAgainMs = 2_000;
const mostLooks = 20;
const newest = 10;

async function find(groupId: string, signal: AbortSignal): Promise<MeditationSession | undefined> {
  const { items } = await api.sessions.list({ limit: newest, status: 'completed' }, { signal }).page();
  return items.find((session) => session.groupId === groupId);
}

/** The session, as soon as the server has it. */
function useOwnSession(groupId: string, expected: boolean): { session?: MeditationSession; gaveUp: boolean } {
  const [session, setSession] = useState<MeditationSession>();
  const [looks, setLooks] = useState(0);
  const connected = connection.value === 'connected';
  useEffect(() => {
    if (!expected || session || !connected || looks >= mostLooks) return undefined;
    const controller = new AbortController();
    const look = async () => {
      const found = await find(groupId, controller.signal).catch(() => undefined);
      if (controller.signal.aborted) return;
      if (found) sessionsChanged.value++;
      setSession(found);
      setLooks((before) => before + 1);
    };
    const timer = setTimeout(() => void look(), looks ? lookAgainMs : 0);
    return () => {
      clearTimeout(timer);
      controller.abort();
    };
  }, [groupId, expected, session, connected, looks]);
  return { ...(session && { session }), gaveUp: looks >= mostLooks };
}

function HowItWas({ session }: { session: MeditationSession }): JSX.Element {
  const { route } = useLocation();
  const [moodAfter, setMoodAfter] = useState<number>();
  const [note, setNote] = useState('');
  const { busy, error, submit } = useSubmit(async () => {
    const patch = { ...(moodAfter !== undefined && { moodAfter }), ...(note.trim() !== '' && { note }) };
    await api.sessions.update(session.id, patch);
    sessionsChanged.value++;
    notify('success', t('app.saved'));
    route('/');
  });
  return (
    <Form onSubmit={submit}>
      {error !== undefined && <Notice tone="error">{describe(error)}</Notice>}
      <MoodPicker legend={t('timer.moodAfter')} value={moodAfter} onChange={setMoodAfter} />
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
        <Button type="submit" look="primary" busy={busy}>
          {t('app.save')}
        </Button>
      </Row>
    </Form>
  );
}

interface OwnSessionProps {
  groupId: string;
  /** How long the user sat; undefined if this page has not seen it, as after a reload. */
  seconds: number | undefined;
}

export function OwnSession({ groupId, seconds }: OwnSessionProps): JSX.Element | null {
  const isShort = seconds !== undefined && seconds < leastSeconds;
  const { session, gaveUp } = useOwnSession(groupId, !isShort);
  if (session)
    return (
      <Card title={t('room.inHistory', { duration: formatDuration(session.durationSeconds ?? 0, 'long') })}>
        <HowItWas session={session} />
      </Card>
    );
  if (isShort) return <Card>{t('room.tooShort')}</Card>;
  if (seconds === undefined) return null;
  if (!gaveUp)
    return (
      <Card title={t('room.saving')}>
        <Loading />
      </Card>
    );
  return (
    <Card title={t('room.savedLater')}>
      <Row>
        <LinkButton href="/history">{t('app.history')}</LinkButton>
      </Row>
    </Card>
  );
}
