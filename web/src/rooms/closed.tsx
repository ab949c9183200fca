// Out of the room, for another reason than its end: why, and the way back.
import type { JSX } from 'preact';
import type { CloseReason } from '@mindspace/client';
import { t, type MessageKey } from '../i18n';
import { api } from '../app/api';
import { useLoaded } from '../app/use-loaded';
import { Button, LinkButton } from '../design/button';
import { Loading } from '../design/loading';
import { Page, Row } from '../design/surface';
import { roomPath } from '../groups/group-link';
import { whenOf } from '../groups/texts';
import { unlockSound } from '../timer/audio';
import { enterRoom, type Visit } from './current-room';

const reasons: Readonly<Record<CloseReason, { title: MessageKey; intro: MessageKey }>> = {
  full: { title: 'room.full', intro: 'room.fullIntro' },
  notFound: { title: 'groups.notFound', intro: 'app.notFoundIntro' },
  forbidden: { title: 'room.forbidden', intro: 'room.forbiddenIntro' },
  signedOut: { title: 'room.signedOut', intro: 'room.signedOutIntro' },
  displaced: { title: 'room.displaced', intro: 'room.displacedIntro' },
  failed: { title: 'room.failed', intro: 'room.failedIntro' },
  left: { title: 'room.left', intro: 'room.leftIntro' },
  over: { title: 'groups.ended', intro: 'room.overIntro' },
};

const returnable: readonly CloseReason[] = ['full', 'displaced', 'failed', 'left'];

/** The group was over when one came, or ended while the connection was lost: as what, the server knows. */
function OverMeanwhile({ groupId }: { groupId: string }): JSX.Element {
  const { data, error } = useLoaded((signal) => api.groups.get(groupId, { signal }), groupId);
  if (!data && error === undefined) return <Loading />;
  return (
    <Page title={data ? whenOf(data) : t('groups.ended')} intro={t('room.overIntro')} width="text">
      <LinkButton href="/groups" look="primary">
        {t('groups.toList')}
      </LinkButton>
    </Page>
  );
}

export function Closed({ visit }: { visit: Visit }): JSX.Element {
  const { groupId, state } = visit;
  const reason = state.closeReason ?? 'failed';
  if (reason === 'over') return <OverMeanwhile groupId={groupId} />;
  const { title, intro } = reasons[reason];
  const comeBack = () => {
    unlockSound();
    enterRoom(groupId);
  };
  return (
    <Page title={t(title)} intro={t(intro)} width="text">
      <Row>
        {returnable.includes(reason) && (
          <Button look="primary" onClick={comeBack}>
            {t('room.comeBack')}
          </Button>
        )}
        {reason === 'signedOut' && (
          <LinkButton href={`/sign-in?next=${encodeURIComponent(roomPath(groupId))}`} look="primary">
            {t('app.signIn')}
          </LinkButton>
        )}
        <LinkButton href="/groups" look="quiet">
          {t('groups.toList')}
        </LinkButton>
      </Row>
    </Page>
  );
}
