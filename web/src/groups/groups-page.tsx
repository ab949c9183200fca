// The groups that one can enter.
import type { JSX } from 'preact';
import type { Group } from '@mindspace/client';
import { t } from '../i18n';
import { LoadFailure } from '../app/load-failure';
import { Button, LinkButton } from '../design/button';
import { Loading } from '../design/loading';
import { Card, Empty, Page, Row, Stack } from '../design/surface';
import { GroupRow } from './group-row';
import styles from './groups.module.css';
import { JoinForm } from './join-form';
import { useGroups } from './use-groups';
import { useRefresh } from './use-refresh';

const refreshMs = 30_000;

function GroupCard({ title, groups }: { title: string; groups: readonly Group[] }): JSX.Element | null {
  if (!groups.length) return null;
  return (
    <Card title={title}>
      <ul class={styles['groups']}>
        {groups.map((group) => (
          <GroupRow key={group.id} group={group} />
        ))}
      </ul>
    </Card>
  );
}

function CreateButton({ look }: { look?: 'primary' }): JSX.Element {
  return (
    <LinkButton href="/groups/new" look={look} icon="plus">
      {t('groups.create')}
    </LinkButton>
  );
}

export default function GroupsPage(): JSX.Element {
  const { data, error, loading, reload, loadMore } = useGroups();
  useRefresh(reload, refreshMs);
  return (
    <Page title={t('app.groups')} intro={t('groups.intro')} width="text" actions={<CreateButton look="primary" />}>
      <Stack gap={5}>
        {error !== undefined && <LoadFailure error={error} onRetry={reload} />}
        {!data && loading && <Loading />}
        {data && (
          <>
            <GroupCard title={t('groups.mine')} groups={data.mine} />
            <GroupCard title={t('groups.public')} groups={data.others} />
            {data.hasMore && (
              <Row>
                <Button look="quiet" busy={loading} onClick={loadMore}>
                  {t('groups.more')}
                </Button>
              </Row>
            )}
            {!data.mine.length && !data.others.length && (
              <Empty icon="group" title={t('groups.none')}>
                <p>{t('groups.noneIntro')}</p>
              </Empty>
            )}
          </>
        )}
        <JoinForm />
      </Stack>
    </Page>
  );
}
