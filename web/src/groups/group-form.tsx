import type { JSX } from 'preact';
import { t, timeZoneName, type MessageKey } from '../i18n';
import { describe, fieldFault } from '../app/faults';
import { Choices } from '../design/choices';
import { TextArea, TextField } from '../design/field';
import { Notice, Stack } from '../design/surface';
import { kindName, kinds } from '../timer/kinds';
import { LengthField } from '../timer/length-field';
import type { GroupDraft } from './draft';

const problems: Readonly<Record<string, MessageKey>> = {
  too_many_groups: 'groups.tooMany',
  forbidden: 'groups.notHost',
  not_found: 'groups.notFound',
  group_started: 'groups.alreadyRuns',
  group_ended: 'groups.alreadyOver',
  precondition_failed: 'groups.changedElsewhere',
};

interface GroupFieldsProps {
  draft: GroupDraft;
  onChange: (change: Partial<GroupDraft>) => void;
  /** Why it could not be saved. */
  error: unknown;
  /** Once it runs, kind and times stay. */
  runs?: boolean;
}

function Times({ draft, onChange, error }: GroupFieldsProps): JSX.Element {
  return (
    <>
      <Choices
        legend={t('timer.kind')}
        options={kinds.map((value) => ({ value, text: kindName(value) }))}
        value={draft.kind}
        onChange={(kind) => onChange({ kind })}
      />
      <LengthField
        minutes={Math.round(draft.plannedSeconds / 60)}
        onChange={(minutes) => onChange({ plannedSeconds: minutes * 60 })}
      />
      <TextField
        label={t('groups.scheduledFor')}
        hint={t('groups.scheduledForHint', { zone: timeZoneName() })}
        type="datetime-local"
        optional
        value={draft.scheduledFor}
        fault={fieldFault(error, 'scheduledFor', { out_of_range: 'groups.notThen' })}
        onInput={(event) => onChange({ scheduledFor: event.currentTarget.value })}
      />
    </>
  );
}

/** What can be chosen of a group. */
export function GroupFields(props: GroupFieldsProps): JSX.Element {
  const { draft, onChange, error, runs } = props;
  return (
    <Stack gap={5}>
      {error !== undefined && <Notice tone="error">{describe(error, problems)}</Notice>}
      <TextField
        label={t('groups.title')}
        value={draft.title}
        maxLength={120}
        autocomplete="off"
        fault={fieldFault(error, 'title')}
        onInput={(event) => onChange({ title: event.currentTarget.value })}
      />
      {!runs && <Times {...props} />}
      <Choices
        legend={t('groups.visibility')}
        look="segments"
        options={[
          { value: 'public', text: t('groups.everyone') },
          { value: 'unlisted', text: t('groups.unlisted') },
        ]}
        value={draft.visibility}
        onChange={(visibility) => onChange({ visibility })}
      />
      <TextArea
        label={t('groups.description')}
        optional
        rows={3}
        maxLength={2000}
        value={draft.description}
        fault={fieldFault(error, 'description')}
        onInput={(event) => onChange({ description: event.currentTarget.value })}
      />
      <TextField
        label={t('groups.maxParticipants')}
        type="number"
        inputMode="numeric"
        optional
        min={2}
        max={100_000}
        value={draft.maxParticipants}
        fault={fieldFault(error, 'maxParticipants')}
        onInput={(event) => onChange({ maxParticipants: event.currentTarget.value })}
      />
    </Stack>
  );
}
