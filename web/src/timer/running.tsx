import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { formatClock, t } from '../i18n';
import { Button } from '../design/button';
import { Page } from '../design/surface';
import { pauseSit, resumeSit, sitSoundBlocked, stopSit } from './current-sit';
import { Dial } from './dial';
import { kindName } from './kinds';
import styles from './running.module.css';
import { attendedMs, phaseOf, preparationLeft, type Sit } from './sit';
import { SoundBlocked } from './sound-blocked';

interface RunningProps {
  sit: Sit;
  now: number;
}

/** While a sit runs: what is left, and little else. */
export function Running({ sit, now }: RunningProps): JSX.Element {
  const phase = phaseOf(sit, now);
  const preparing = preparationLeft(sit, now);
  const left = sit.plannedSeconds - attendedMs(sit, now) / 1000;
  const shown = formatClock(preparing > 0 ? preparing : left);
  const words = {
    preparing: t('timer.preparing'),
    sitting: kindName(sit.kind),
    paused: t('timer.paused'),
    finished: '',
  }[phase];
  useEffect(() => {
    document.title = `${shown} · ${words}`;
  }, [shown, words]);
  return (
    <Page title={t('timer.title')} hideTitle width="text">
      <div class={styles['running']}>
        {sitSoundBlocked.value && <SoundBlocked />}
        <Dial left={left / sit.plannedSeconds} breathing={phase === 'sitting'}>
          <p class={styles['phase']} role="status">
            {words}
          </p>
          <p class={styles['clock']} role="timer" aria-label={t('timer.remaining', { time: shown })}>
            {shown}
          </p>
        </Dial>
        <p class={styles['hint']}>{phase === 'paused' ? t('timer.pausedHint') : ' '}</p>
        <div class={styles['buttons']}>
          {phase === 'paused' ? (
            <Button look="primary" size="large" icon="play" onClick={resumeSit}>
              {t('timer.resume')}
            </Button>
          ) : (
            <Button size="large" icon="pause" onClick={pauseSit}>
              {t('timer.pause')}
            </Button>
          )}
          <Button look="quiet" size="large" icon="stop" onClick={stopSit}>
            {t('timer.end')}
          </Button>
        </div>
      </div>
    </Page>
  );
}
