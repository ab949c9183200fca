import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { etagOf, isProblem, type User, type UserPatch } from '@mindspace/client';
import { formatTime, t } from '../i18n';
import { api } from '../app/api';
import { describe, fieldFault } from '../app/faults';
import { notify } from '../app/notices';
import { acceptProfile, profile } from '../app/session';
import { useSubmit } from '../app/use-submit';
import { Button } from '../design/button';
import { Select, TextField } from '../design/field';
import { Card, Notice, Row } from '../design/surface';
import { Form } from './form-page';
import { timeZonesWith } from './time-zones';

const lastDayStartHour = 6;

function valuesOf(user: User) {
  return {
    displayName: user.displayName,
    timezone: user.timezone,
    dailyGoalMinutes: String(Math.round(user.dailyGoalSeconds / 60)),
    dayStartHour: String(user.dayStartHour),
  };
}

type Edits = Partial<ReturnType<typeof valuesOf>>;

/** Only what the user has changed, so that nothing else is overwritten. */
function patchOf({ displayName, timezone, dailyGoalMinutes, dayStartHour }: Edits): UserPatch {
  return {
    ...(displayName !== undefined && { displayName }),
    ...(timezone !== undefined && { timezone }),
    ...(dailyGoalMinutes !== undefined && { dailyGoalSeconds: Number(dailyGoalMinutes) * 60 }),
    ...(dayStartHour !== undefined && { dayStartHour: Number(dayStartHour) }),
  };
}

function hours(): { value: string; text: string }[] {
  return Array.from({ length: lastDayStartHour + 1 }, (_, hour) => ({
    value: String(hour),
    text: formatTime(new Date(2026, 0, 1, hour)),
  }));
}

/** Name, time zone, goal. A change made elsewhere meanwhile is shown instead of being overwritten. */
export function ProfileForm(): JSX.Element | null {
  const user = profile.value;
  const [edits, setEdits] = useState<Edits>({});
  const values = user && { ...valuesOf(user), ...edits };
  const { busy, error, submit } = useSubmit(async () => {
    if (!user) return;
    // A profile from this browser's storage has no entity tag, and may be old.
    const base = etagOf(user) ? user : await api.users.me();
    try {
      acceptProfile(await api.users.update(patchOf(edits), { ifMatch: etagOf(base) }));
      setEdits({});
      notify('success', t('app.saved'));
    } catch (cause) {
      if (isProblem(cause, 'precondition_failed')) {
        acceptProfile(await api.users.me());
        setEdits({});
      }
      throw cause;
    }
  });
  if (!user || !values) return null;
  const set = (change: Edits) => setEdits({ ...edits, ...change });
  return (
    <Card title={t('account.profile')}>
      <Form onSubmit={submit}>
        {error !== undefined && (
          <Notice tone="error">{describe(error, { precondition_failed: 'account.changedElsewhere' })}</Notice>
        )}
        <TextField
          label={t('account.displayName')}
          hint={t('account.displayNameHint')}
          autocomplete="name"
          maxLength={64}
          value={values.displayName}
          fault={fieldFault(error, 'displayName')}
          onInput={(event) => set({ displayName: event.currentTarget.value })}
        />
        <TextField
          label={t('account.dailyGoal')}
          type="number"
          inputMode="numeric"
          min={1}
          max={1440}
          value={values.dailyGoalMinutes}
          fault={fieldFault(error, 'dailyGoalSeconds')}
          onInput={(event) => set({ dailyGoalMinutes: event.currentTarget.value })}
        />
        <Select
          label={t('account.timezone')}
          hint={t('account.timezoneHint')}
          choices={timeZonesWith(values.timezone).map((zone) => ({
            value: zone,
            text: zone.replaceAll('_', ' '),
          }))}
          value={values.timezone}
          fault={fieldFault(error, 'timezone')}
          onChange={(event) => set({ timezone: event.currentTarget.value })}
        />
        <Select
          label={t('account.dayStart')}
          hint={t('account.dayStartHint')}
          choices={hours()}
          value={values.dayStartHour}
          onChange={(event) => set({ dayStartHour: event.currentTarget.value })}
        />
        <Row end>
          <Button type="submit" look="primary" busy={busy}>
            {t('app.save')}
          </Button>
        </Row>
      </Form>
    </Card>
  );
}
