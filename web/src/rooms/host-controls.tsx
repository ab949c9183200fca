import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { formatDuration, t } from '../i18n';
import { ConfirmButton } from '../app/confirm-button';
import { notify } from '../app/notices';
import { useSubmit } from '../app/use-submit';
import { Button } from '../design/button';
import { Choices } from '../design/choices';
import { unlockSound } from '../timer/audio';
import { describeRoomError, type Visit } from './current-room';
import type { Moment } from './moment';
import styles from './room.module.css';

const countdowns = [0, 10, 30, 60];

interface HostControlsProps {
  visit: Visit;
  moment: Extract<Moment, 'waiting' | 'countdown' | 'sitting'>;
}

function Start({ visit: { room, state } }: HostControlsProps): JSX.Element {
  const [countdownSeconds, setCountdown] = useState(10);
  const { busy, submit } = useSubmit(async () => {
    unlockSound();
    try {
      await room.start({ countdownSeconds });
    } catch (error) {
      notify('error', describeRoomError(error));
    }
  });
  return (
    <div class={styles['start']}>
      <Choices
        legend={t('timer.preparation')}
        look="segments"
        options={countdowns.map((seconds) => ({
          value: seconds,
          text: seconds ? formatDuration(seconds) : t('timer.none'),
          label: seconds ? t('timer.seconds', { count: seconds }) : t('timer.none'),
        }))}
        value={countdownSeconds}
        onChange={setCountdown}
      />
      <Button
        look="primary"
        size="large"
        icon="play"
        wide
        busy={busy}
        disabled={state.connection !== 'open'}
        onClick={submit}
      >
        {t('room.begin')}
      </Button>
    </div>
  );
}

/** What only the host can do: begin, and end for all. */
export function HostControls(props: HostControlsProps): JSX.Element {
  const { visit, moment } = props;
  if (moment === 'waiting') return <Start {...props} />;
  const cancels = moment === 'countdown';
  const end = () => {
    visit.room.end().catch((error: unknown) => notify('error', describeRoomError(error)));
  };
  return (
    <ConfirmButton
      text={cancels ? t('groups.cancel') : t('room.end')}
      title={cancels ? t('groups.cancelTitle') : t('room.endTitle')}
      icon="stop"
      onConfirm={end}
    >
      <p>{cancels ? t('groups.cancelWarning') : t('room.endWarning')}</p>
    </ConfirmButton>
  );
}
