// All sessions of a user, the newest first, by month.
import type { JSX } from 'preact';
import { useLocation } from 'preact-iso';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { MeditationSession } from '@mindspace/client';
import { t } from '../i18n';
import { LoadFailure } from '../app/load-failure';
import { notify } from '../app/notices';
import { Button, LinkButton } from '../design/button';
import { Loading } from '../design/loading';
import { Card, Empty, Page, Row, Stack } from '../design/surface';
import { monthName } from '../home/texts';
import { deletedIds, deleteSession, finishDeletions } from './deletions';
import { EditSession } from './edit-session';
import { FilterForm } from './filter-form';
import { historyPath, isFiltered, parseFilters } from './filters';
import styles from './history.module.css';
import { SessionRow } from './session-row';
import { useHistory, type History } from './use-history';

function Nothing({ filtered }: { filtered: boolean }): JSX.Element {
  if (filtered) return <Empty icon="history" title={t('history.nothingFound')} />;
  return (
    <Empty icon="leaf" title={t('history.empty')}>
      <Row>
        <LinkButton href="/sit" look="primary">
          {t('app.sit')}
        </LinkButton>
        <LinkButton href="/moving">{t('home.bring')}</LinkButton>
      </Row>
    </Empty>
  );
}

/** Loads the next page when it is scrolled to; the button is for those who do not scroll. */
function More({ history }: { history: History }): JSX.Element {
  const end = useRef<HTMLDivElement>(null);
  const { loadMore } = history;
  useEffect(() => {
    if (!end.current) return;
    const observer = new IntersectionObserver(
      ([entry]) => {
        if (entry?.isIntersecting) loadMore();
      },
      { rootMargin: '400px' },
    );
    observer.observe(end.current);
    return () => observer.disconnect();
  });
  return (
    <div ref={end} class={styles['more']}>
      <Button look="quiet" busy={history.loading} onClick={loadMore}>
        {t('history.older')}
      </Button>
    </div>
  );
}

function byMonth(sessions: readonly MeditationSession[]): [string, MeditationSession[]][] {
  const months = new Map<string, MeditationSession[]>();
  for (const session of sessions) {
    const month = session.localDate.slice(0, 7);
    const group = months.get(month);
    if (group) group.push(session);
    else months.set(month, [session]);
  }
  return [...months];
}

export default function HistoryPage(): JSX.Element {
  const { query, route } = useLocation();
  const filters = parseFilters(query);
  const history = useHistory(filters);
  const [edited, setEdited] = useState<MeditationSession>();

  useEffect(() => {
    addEventListener('pagehide', finishDeletions);
    return () => {
      removeEventListener('pagehide', finishDeletions);
      finishDeletions();
    };
  }, []);

  const { items, loading, error, hasMore, loadMore } = history;
  const shown = items.filter(({ id }) => !deletedIds.value.has(id));
  return (
    <Page title={t('app.history')} width="text" actions={<LinkButton href="/moving">{t('history.moving')}</LinkButton>}>
      <Stack gap={5}>
        <FilterForm filters={filters} onChange={(next) => route(historyPath(next), true)} />
        {byMonth(shown).map(([month, sessions]) => (
          <Card key={month} title={monthName(month)}>
            <ul class={styles['sessions']}>
              {sessions.map((session) => (
                <SessionRow
                  key={session.id}
                  session={session}
                  onEdit={() => setEdited(session)}
                  onDelete={() => deleteSession(session)}
                />
              ))}
            </ul>
          </Card>
        ))}
        {error !== undefined && <LoadFailure error={error} onRetry={loadMore} />}
        {loading && items.length === 0 && <Loading />}
        {!loading && error === undefined && !hasMore && shown.length === 0 && (
          <Nothing filtered={isFiltered(filters)} />
        )}
        {hasMore && error === undefined && <More history={history} />}
      </Stack>
      <EditSession
        session={edited}
        onClose={() => setEdited(undefined)}
        onSaved={(session) => {
          history.replace(session);
          setEdited(undefined);
          notify('success', t('app.saved'));
        }}
      />
    </Page>
  );
}
