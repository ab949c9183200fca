import type { JSX } from 'preact';
import type { MeditationSession } from '@mindspace/client';
import { formatDuration, t, type MessageKey } from '../i18n';
import { IconButton } from '../design/button';
import { Icon } from '../design/icons';
import { kindName } from '../timer/kinds';
import { MoodFace, moodName } from '../timer/mood-picker';
import styles from './history.module.css';
import { describeSession, formatIn } from './texts';

const remarks: Readonly<Record<string, MessageKey>> = {
  active: 'history.active',
  abandoned: 'history.abandoned',
  import: 'history.imported',
  group: 'history.inGroup',
};

function Mood({ label, mood }: { label: string; mood: number }): JSX.Element {
  return (
    <span class={styles['mood']} title={`${label}: ${moodName(mood)}`}>
      <MoodFace mood={mood} size={22} />
      <span class="visually-hidden">{`${label}: ${moodName(mood)}`}</span>
    </span>
  );
}

function Moods({ session }: { session: MeditationSession }): JSX.Element | null {
  const before = session.moodBefore ?? undefined;
  const after = session.moodAfter ?? undefined;
  if (before === undefined && after === undefined) return null;
  return (
    <span class={styles['moods']}>
      {before !== undefined && <Mood label={t('history.moodBefore')} mood={before} />}
      {before !== undefined && after !== undefined && <Icon name="arrow" size={16} />}
      {after !== undefined && <Mood label={t('history.moodAfter')} mood={after} />}
    </span>
  );
}

interface SessionRowProps {
  session: MeditationSession;
  onEdit: () => void;
  onDelete: () => void;
}

export function SessionRow({ session, onEdit, onDelete }: SessionRowProps): JSX.Element {
  const description = describeSession(session);
  const remark = remarks[session.status] ?? remarks[session.source];
  const details = [
    formatIn(session, { weekday: 'short', day: 'numeric', month: 'short' }),
    formatIn(session, { timeStyle: 'short' }),
    remark && t(remark),
  ];
  return (
    <li class={styles['session']}>
      <div class={styles['what']}>
        <p>
          <span class={styles['kind']}>{kindName(session.kind)}</span>{' '}
          <span>{formatDuration(session.durationSeconds ?? session.plannedSeconds)}</span>
        </p>
        <p class={styles['details']}>{details.filter(Boolean).join(' · ')}</p>
        {session.note && (
          <p class={styles['note']} dir="auto">
            {session.note}
          </p>
        )}
      </div>
      <Moods session={session} />
      <div class={styles['actions']}>
        <IconButton icon="pencil" label={t('history.editSession', { session: description })} onClick={onEdit} />
        <IconButton icon="trash" label={t('history.deleteSession', { session: description })} onClick={onDelete} />
      </div>
    </li>
  );
}
