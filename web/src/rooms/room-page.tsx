// In the room of a group: before, during and after it runs.
import type { JSX } from 'preact';
import { useRoute } from 'preact-iso';
import { useEffect } from 'preact/hooks';
import { t } from '../i18n';
import { LinkButton } from '../design/button';
import { Loading } from '../design/loading';
import { Page } from '../design/surface';
import { useNow } from '../timer/use-now';
import { Closed } from './closed';
import { ConnectionNotice } from './connection-notice';
import { enterRoom, visit, type Visit } from './current-room';
import { momentOf } from './moment';
import { Result } from './result';
import { Together } from './together';

function Entering({ state }: Pick<Visit, 'state'>): JSX.Element {
  return (
    <Page title={t('room.entering')} width="text">
      <ConnectionNotice state={state} moment="entering" />
      <Loading />
    </Page>
  );
}

function Cancelled(): JSX.Element {
  return (
    <Page title={t('groups.cancelled')} intro={t('room.cancelledIntro')} width="text">
      <LinkButton href="/groups" look="primary">
        {t('groups.toList')}
      </LinkButton>
    </Page>
  );
}

function Inside({ current }: { current: Visit }): JSX.Element {
  const { state, room } = current;
  useNow(true);
  const now = room.clock.now();
  const moment = momentOf(state, now);
  switch (moment) {
    case 'entering':
      return <Entering state={state} />;
    case 'cancelled':
      return <Cancelled />;
    case 'over':
      return <Result visit={current} />;
    case 'closed':
      return <Closed visit={current} />;
    case 'waiting':
    case 'countdown':
    case 'sitting':
      return <Together visit={current} moment={moment} now={now} />;
  }
}

export default function RoomPage(): JSX.Element {
  const { id = '' } = useRoute().params;
  useEffect(() => enterRoom(id), [id]);
  const current = visit.value;
  return current?.groupId === id ? <Inside current={current} /> : <Loading />;
}
