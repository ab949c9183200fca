// The room while one waits and sits in it: the ring, who is here, and what the host decides.
import type { JSX } from 'preact';
import { useLocation } from 'preact-iso';
import { useEffect } from 'preact/hooks';
import type { Group } from '@mindspace/client';
import { formatClock, t } from '../i18n';
import { Button } from '../design/button';
import { Page } from '../design/surface';
import { groupPath } from '../groups/group-link';
import { Invite } from '../groups/invite';
import { detailsOf, whenOf } from '../groups/texts';
import { previewBell } from '../timer/audio';
import { Dial } from '../timer/dial';
import { kindName } from '../timer/kinds';
import dialStyles from '../timer/running.module.css';
import { SoundBlocked } from '../timer/sound-blocked';
import { ConnectionNotice } from './connection-notice';
import { leaveRoom, roomSoundBlocked, type Visit } from './current-room';
import { HostControls } from './host-controls';
import { secondsToStart, timeLeft, type Moment } from './moment';
import { People } from './people';
import { ReactionBar } from './reaction-bar';
import styles from './room.module.css';

interface TogetherProps {
  visit: Visit;
  moment: Extract<Moment, 'waiting' | 'countdown' | 'sitting'>;
  now: number;
}

function wordsOf({ visit: { state }, moment, now }: TogetherProps, group: Group): string {
  if (moment === 'sitting') return kindName(group.kind);
  if (moment === 'countdown') return t('timer.preparing');
  if (secondsToStart(state, now) !== undefined) return t('room.beginsIn');
  return group.host.id === state.self?.id ? t('room.youBegin') : t('room.waitsFor', { name: group.host.displayName });
}

function Ring(props: TogetherProps & { group: Group }): JSX.Element {
  const { visit, moment, now, group } = props;
  const waits = moment === 'waiting';
  const left = waits
    ? { seconds: secondsToStart(visit.state, now) ?? group.plannedSeconds, share: 1 }
    : timeLeft(visit.state, now);
  const shown = formatClock(left.seconds);
  const words = wordsOf(props, group);
  useEffect(() => {
    document.title = `${shown} · ${group.title}`;
  }, [shown, group.title]);
  return (
    <Dial left={left.share} breathing={moment === 'sitting'}>
      <p class={dialStyles['phase']} role="status">
        {words}
      </p>
      <p class={dialStyles['clock']} role="timer" aria-label={t('timer.remaining', { time: shown })}>
        {shown}
      </p>
    </Dial>
  );
}

function Buttons({ visit, moment, group }: TogetherProps & { group: Group }): JSX.Element {
  const { route } = useLocation();
  const leave = () => {
    leaveRoom();
    route(groupPath(group.id));
  };
  return (
    <>
      {group.host.id === visit.state.self?.id && <HostControls visit={visit} moment={moment} />}
      <div class={dialStyles['buttons']}>
        {moment === 'waiting' && (
          <>
            <Invite group={group} />
            <Button icon="bell" onClick={previewBell}>
              {t('timer.hear')}
            </Button>
          </>
        )}
        <Button look="quiet" onClick={leave}>
          {t('room.leave')}
        </Button>
      </div>
    </>
  );
}

export function Together(props: TogetherProps): JSX.Element | null {
  const { visit, moment } = props;
  const { group } = visit.state;
  if (!group) return null;
  return (
    <Page title={group.title} intro={moment === 'waiting' ? `${detailsOf(group)} · ${whenOf(group)}` : undefined}>
      <ConnectionNotice state={visit.state} moment={moment} />
      {roomSoundBlocked.value && <SoundBlocked />}
      <div class={styles['room']}>
        <div class={styles['ring']}>
          <Ring {...props} group={group} />
          <Buttons {...props} group={group} />
        </div>
        <div class={styles['beside']}>
          <ReactionBar visit={visit} />
          <People visit={visit} group={group} />
        </div>
      </div>
    </Page>
  );
}
