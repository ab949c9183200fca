import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { formatDuration, formatTime, t } from '../i18n';
import { connection } from '../app/connection';
import { Button } from '../design/button';
import { Choices } from '../design/choices';
import { Range, Select, Switch } from '../design/field';
import { Card, Page, Row } from '../design/surface';
import { previewBell } from './audio';
import { beginSit } from './current-sit';
import { kindName, kinds } from './kinds';
import { LengthField } from './length-field';
import { MoodPicker } from './mood-picker';
import styles from './setup.module.css';
import { changeSettings, timerSettings } from './timer-settings';
import { useNow } from './use-now';

const preparations = [0, 10, 30, 60];
const intervalsInMinutes = [0, 1, 2, 5, 10, 15, 20, 30];

function Plan(): JSX.Element {
  const { kind, preparationSeconds, intervalSeconds, plannedSeconds } = timerSettings.value;
  return (
    <Card>
      <LengthField
        minutes={Math.round(plannedSeconds / 60)}
        onChange={(minutes) => changeSettings({ plannedSeconds: minutes * 60 })}
      />
      <Choices
        legend={t('timer.kind')}
        options={kinds.map((value) => ({ value, text: kindName(value) }))}
        value={kind}
        onChange={(value) => changeSettings({ kind: value })}
      />
      <div class={styles['pair']}>
        <Select
          label={t('timer.preparation')}
          value={String(preparationSeconds)}
          choices={preparations.map((seconds) => ({
            value: String(seconds),
            text: seconds ? t('timer.seconds', { count: seconds }) : t('timer.none'),
          }))}
          onChange={(event) => changeSettings({ preparationSeconds: Number(event.currentTarget.value) })}
        />
        <Select
          label={t('timer.interval')}
          value={String(intervalSeconds)}
          choices={intervalsInMinutes.map((minutes) => ({
            value: String(minutes * 60),
            text: minutes ? t('timer.minutes', { count: minutes }) : t('timer.noInterval'),
          }))}
          onChange={(event) => changeSettings({ intervalSeconds: Number(event.currentTarget.value) })}
        />
      </div>
    </Card>
  );
}

function Sound(): JSX.Element {
  const { volume, keepScreenOn } = timerSettings.value;
  return (
    <Card>
      <Range
        label={t('timer.volume')}
        value={Math.round(volume * 100)}
        onInput={(percent) => changeSettings({ volume: percent / 100 })}
      />
      <Row>
        <Button size="small" icon="bell" onClick={previewBell}>
          {t('timer.hear')}
        </Button>
      </Row>
      <Switch
        label={t('timer.screen')}
        checked={keepScreenOn}
        onChange={(checked) => changeSettings({ keepScreenOn: checked })}
      />
    </Card>
  );
}

/** What to choose before a sit. It begins with what was chosen the last time. */
export function Setup(): JSX.Element {
  const [mood, setMood] = useState<number>();
  const settings = timerSettings.value;
  const now = useNow(true, 10_000);
  const endsAt = new Date(now + (settings.preparationSeconds + settings.plannedSeconds) * 1000);
  return (
    <Page title={t('timer.title')} hideTitle>
      <div class={styles['setup']}>
        <div class={styles['start']}>
          <div class={styles['summary']}>
            <p class={styles['length']}>{formatDuration(settings.plannedSeconds, 'long')}</p>
            <p class={styles['kind']}>{kindName(settings.kind)}</p>
            <p class={styles['ends']}>{t('timer.endsAt', { time: formatTime(endsAt) })}</p>
          </div>
          <MoodPicker legend={t('timer.moodBefore')} value={mood} onChange={setMood} />
          <Button look="primary" size="large" icon="play" wide onClick={() => beginSit(settings, mood)}>
            {t('timer.begin')}
          </Button>
          {connection.value !== 'connected' && <p class={styles['ends']}>{t('timer.offlineHint')}</p>}
        </div>
        <div class={styles['choices']}>
          <Plan />
          <Sound />
        </div>
      </div>
    </Page>
  );
}
