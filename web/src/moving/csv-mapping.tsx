// Which column of a table means what, and how its dates and lengths are read.
import type { JSX } from 'preact';
import { isComplete, needsChoice, type CsvFile, type CsvMapping } from '@mindspace/client/import';
import type { Kind } from '@mindspace/client';
import { t, type MessageKey } from '../i18n';
import { Select, Switch, type Choice } from '../design/field';
import { Card, Notice } from '../design/surface';
import { kindName, kinds } from '../timer/kinds';
import { changeLayout, changeMapping } from './task';
import styles from './moving.module.css';

type ColumnRole = 'start' | 'time' | 'duration' | 'end' | 'kind' | 'note' | 'moodBefore' | 'moodAfter';

const columnLabels: Readonly<Record<ColumnRole, MessageKey>> = {
  start: 'moving.columnStart',
  time: 'moving.columnTime',
  duration: 'moving.columnDuration',
  end: 'moving.columnEnd',
  kind: 'moving.columnKind',
  note: 'moving.columnNote',
  moodBefore: 'moving.columnMoodBefore',
  moodAfter: 'moving.columnMoodAfter',
};

const dateOrders: Readonly<Record<CsvMapping['dateOrder'], MessageKey>> = {
  ymd: 'moving.orderYmd',
  dmy: 'moving.orderDmy',
  mdy: 'moving.orderMdy',
  seconds: 'moving.orderSeconds',
  milliseconds: 'moving.orderMilliseconds',
};

const durationUnits: Readonly<Record<CsvMapping['durationUnit'], MessageKey>> = {
  seconds: 'moving.unitSeconds',
  minutes: 'moving.unitMinutes',
  hours: 'moving.unitHours',
  milliseconds: 'moving.unitMilliseconds',
};

const clockParts: Readonly<Record<CsvMapping['clockParts'], MessageKey>> = {
  minutesSeconds: 'moving.clockMinutesSeconds',
  hoursMinutes: 'moving.clockHoursMinutes',
};

const delimiters: Readonly<Record<CsvFile['layout']['delimiter'], MessageKey>> = {
  ',': 'moving.delimiterComma',
  ';': 'moving.delimiterSemicolon',
  '\t': 'moving.delimiterTab',
  '|': 'moving.delimiterBar',
};

const encodings = ['utf-8', 'utf-16le', 'utf-16be', 'windows-1252', 'windows-1251'];

const mostExample = 24;

function columnChoices({ layout }: CsvFile): Choice[] {
  const columns = layout.columns.map((column, index) => {
    const name = column || t('moving.column', { number: index + 1 });
    const example = layout.sample.map((row) => row.cells[index] ?? '').find(Boolean) ?? '';
    const short = example.length > mostExample ? `${example.slice(0, mostExample)}…` : example;
    return { value: String(index), text: short ? t('moving.columnExample', { name, example: short }) : name };
  });
  return [{ value: '', text: t('moving.noColumn') }, ...columns];
}

interface SettingProps<T extends string> {
  label: MessageKey;
  names: Readonly<Record<T, MessageKey>>;
  value: T;
  onChange: (value: T) => void;
}

function Setting<T extends string>({ label, names, value, onChange }: SettingProps<T>): JSX.Element {
  const choices = (Object.keys(names) as T[]).map((name) => ({ value: name, text: t(names[name]) }));
  return (
    <Select
      label={t(label)}
      choices={choices}
      value={value}
      onChange={({ currentTarget }) => onChange(currentTarget.value as T)}
    />
  );
}

function Format({ layout }: CsvFile): JSX.Element {
  return (
    <details class={styles['details']}>
      <summary>{t('moving.format')}</summary>
      <div class={styles['fields']}>
        <Select
          label={t('moving.encoding')}
          choices={encodings.map((value) => ({ value, text: value.toUpperCase() }))}
          value={layout.encoding}
          onChange={({ currentTarget: { value } }) => void changeLayout({ encoding: value })}
        />
        <Setting
          label="moving.delimiter"
          names={delimiters}
          value={layout.delimiter}
          onChange={(delimiter) => void changeLayout({ delimiter })}
        />
      </div>
      <Switch
        label={t('moving.header')}
        checked={layout.hasHeader}
        onChange={(hasHeader) => void changeLayout({ hasHeader })}
      />
    </details>
  );
}

export function CsvMappingForm({ file }: { file: CsvFile }): JSX.Element {
  const { mapping, layout, uncertain } = file;
  const columns = columnChoices(file);
  const column = (role: ColumnRole) => (
    <Select
      label={t(columnLabels[role])}
      choices={columns}
      value={String(mapping[role] ?? '')}
      onChange={({ currentTarget: { value } }) =>
        void changeMapping({ [role]: value === '' ? undefined : Number(value) })
      }
    />
  );
  const lengths = mapping.duration === undefined ? [] : layout.sample.map((row) => row.cells[mapping.duration!] ?? '');
  const needs = (choice: 'unit' | 'clock') => lengths.some((length) => needsChoice(length) === choice);
  return (
    <Card title={t('moving.mapping')}>
      {uncertain.length > 0 && <Notice tone="warning">{t('moving.check')}</Notice>}
      <details class={styles['details']} open={uncertain.length > 0 || !isComplete(mapping)}>
        <summary>{t('moving.columns')}</summary>
        <div class={styles['fields']}>
          {column('start')}
          {column('time')}
          <Setting
            label="moving.dateOrder"
            names={dateOrders}
            value={mapping.dateOrder}
            onChange={(dateOrder) => void changeMapping({ dateOrder })}
          />
          {column('duration')}
          {needs('unit') && (
            <Setting
              label="moving.durationUnit"
              names={durationUnits}
              value={mapping.durationUnit}
              onChange={(durationUnit) => void changeMapping({ durationUnit })}
            />
          )}
          {needs('clock') && (
            <Setting
              label="moving.clockParts"
              names={clockParts}
              value={mapping.clockParts}
              onChange={(parts) => void changeMapping({ clockParts: parts })}
            />
          )}
          {column('end')}
          {column('kind')}
          <Select
            label={t('moving.otherwiseKind')}
            choices={kinds.map((value) => ({ value, text: kindName(value) }))}
            value={mapping.otherwiseKind}
            onChange={({ currentTarget: { value } }) => void changeMapping({ otherwiseKind: value as Kind })}
          />
          {column('note')}
          {column('moodBefore')}
          {column('moodAfter')}
        </div>
        <Format {...file} />
      </details>
    </Card>
  );
}
