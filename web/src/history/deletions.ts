// Sessions that the user has deleted. The server deletes for good, so it is asked only when it can no longer be undone: when
// the notice with the way back is gone, or the history is left.
import { signal } from '@preact/signals';
import type { MeditationSession } from '@mindspace/client';
import { isProblem } from '@mindspace/client';
import { t } from '../i18n';
import { api } from '../app/api';
import { report } from '../app/faults';
import { dismiss, notices, notify } from '../app/notices';
import { sessionsChanged } from '../app/queue';
import { describeSession } from './texts';

const undoMs = 20_000;

/** What lists must not show, by id. */
export const deletedIds = signal<ReadonlySet<string>>(new Set());

const pending = new Map<string, () => void>();

function hide(id: string, isHidden: boolean): void {
  const ids = new Set(deletedIds.value);
  if (isHidden) ids.add(id);
  else ids.delete(id);
  deletedIds.value = ids;
}

async function deleteNow(id: string): Promise<void> {
  try {
    await api.sessions.delete(id);
    sessionsChanged.value++;
  } catch (error) {
    // Deleted elsewhere.
    if (isProblem(error) && error.status === 404) return;
    hide(id, false);
    report(error);
  }
}

/** Hides the session, and deletes it unless that is undone. */
export function deleteSession(session: MeditationSession): void {
  const { id } = session;
  hide(id, true);
  const end = () => {
    clearTimeout(timer);
    unsubscribe();
    pending.delete(id);
    dismiss(notice);
  };
  const finish = () => {
    end();
    void deleteNow(id);
  };
  const notice = notify('info', t('history.deleted', { session: describeSession(session) }), {
    text: t('app.undo'),
    run: () => {
      end();
      hide(id, false);
    },
  });
  const timer = setTimeout(finish, undoMs);
  const unsubscribe = notices.subscribe((shown) => {
    if (shown.some((each) => each.id === notice)) return;
    // The notice goes first when its button is pressed.
    queueMicrotask(() => pending.has(id) && finish());
  });
  pending.set(id, finish);
}

/** Deletes now what could still be undone. */
export function finishDeletions(): void {
  for (const finish of [...pending.values()]) finish();
}
