// A group from outside: what it is, when it begins, how many are there, and the way in.
import type { JSX } from 'preact';
import { useLocation, useRoute } from 'preact-iso';
import { useEffect } from 'preact/hooks';
import { isProblem, type Group } from '@mindspace/client';
import { t } from '../i18n';
import { api } from '../app/api';
import { ConfirmButton } from '../app/confirm-button';
import { report } from '../app/faults';
import { LoadFailure } from '../app/load-failure';
import { notify } from '../app/notices';
import { userId } from '../app/session';
import { useLoaded } from '../app/use-loaded';
import { Button, LinkButton } from '../design/button';
import { Icon } from '../design/icons';
import { Loading } from '../design/loading';
import { Card, Page, Row, Stack } from '../design/surface';
import { unlockSound } from '../timer/audio';
import { editPath, groupPath, roomPath } from './group-link';
import styles from './groups.module.css';
import { Invite } from './invite';
import { rememberGroup } from './known-groups';
import { detailsOf, isOver, whenOf } from './texts';
import { useRefresh } from './use-refresh';

const refreshMs = 15_000;

function HostActions({ group, onChange }: { group: Group; onChange: () => void }): JSX.Element {
  const cancel = () => {
    api.groups.cancel(group.id).then(() => {
      notify('success', t('groups.cancelled'));
      onChange();
    }, report);
  };
  const runs = group.state === 'running';
  return (
    <Row>
      <LinkButton href={editPath(group.id)} icon="pencil" look="quiet">
        {t('groups.edit')}
      </LinkButton>
      <ConfirmButton
        text={runs ? t('room.end') : t('groups.cancel')}
        title={runs ? t('room.endTitle') : t('groups.cancelTitle')}
        look="quiet"
        icon="trash"
        onConfirm={cancel}
      >
        <p>{runs ? t('room.endWarning') : t('groups.cancelWarning')}</p>
      </ConfirmButton>
    </Row>
  );
}

function Enter({ group }: { group: Group }): JSX.Element {
  const { route } = useLocation();
  const enter = () => {
    unlockSound();
    route(roomPath(group.id));
  };
  return (
    <Button look="primary" size="large" icon="play" onClick={enter}>
      {t('groups.enter')}
    </Button>
  );
}

function Facts({ group }: { group: Group }): JSX.Element {
  return (
    <Card>
      <p class={styles['when']}>{whenOf(group)}</p>
      {!isOver(group) && (
        <p class={styles['count']}>
          <Icon name="group" size={18} />
          {t('groups.here', { count: group.participantCount })}
        </p>
      )}
      {group.description && (
        <p class={styles['description']} dir="auto">
          {group.description}
        </p>
      )}
      <Row>
        {isOver(group) ? <LinkButton href="/groups">{t('groups.toList')}</LinkButton> : <Enter group={group} />}
        {!isOver(group) && <Invite group={group} />}
        {group.state === 'scheduled' && group.scheduledFor && (
          <LinkButton href={api.groups.calendarUrl(group.id)} icon="calendar">
            {t('groups.toCalendar')}
          </LinkButton>
        )}
      </Row>
    </Card>
  );
}

function NoGroup(): JSX.Element {
  return (
    <Page title={t('groups.notFound')} intro={t('app.notFoundIntro')} width="text">
      <LinkButton href="/groups" look="primary">
        {t('groups.toList')}
      </LinkButton>
    </Page>
  );
}

function Outside({ id }: { id: string }): JSX.Element {
  const { data: group, error, reload } = useLoaded((signal) => api.groups.get(id, { signal }), id);
  useRefresh(reload, refreshMs);
  const user = userId.value;
  useEffect(() => {
    if (group && user && !isOver(group)) rememberGroup(user, group.id);
  }, [group, user]);
  if (isProblem(error, 'not_found') || isProblem(error, 'validation_failed')) return <NoGroup />;
  if (!group)
    return (
      <Page title={t('groups.group')} width="text">
        {error === undefined ? <Loading /> : <LoadFailure error={error} onRetry={reload} />}
      </Page>
    );
  return (
    <Page title={group.title} intro={detailsOf(group)} width="text">
      <Stack gap={4}>
        {error !== undefined && <LoadFailure error={error} onRetry={reload} />}
        <Facts group={group} />
        {group.host.id === user && !isOver(group) && <HostActions group={group} onChange={reload} />}
      </Stack>
    </Page>
  );
}

export default function GroupPage(): JSX.Element {
  const { id = '' } = useRoute().params;
  return <Outside key={groupPath(id)} id={id} />;
}
