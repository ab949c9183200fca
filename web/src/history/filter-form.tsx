import type { JSX } from 'preact';
import { t, type MessageKey } from '../i18n';
import { Button } from '../design/button';
import { Select, TextField } from '../design/field';
import { kindName, kinds } from '../timer/kinds';
import { isFiltered, isImpossible, parseFilters, statuses, type Filters } from './filters';
import styles from './history.module.css';

const statusNames: Readonly<Record<Filters['status'], MessageKey>> = {
  completed: 'history.completed',
  abandoned: 'history.abandoned',
  active: 'history.active',
  all: 'history.anyStatus',
};

// While a year is typed, the date is one of long ago.
const firstDate = '2000-01-01';

interface FilterFormProps {
  filters: Filters;
  onChange: (filters: Filters) => void;
}

export function FilterForm({ filters, onChange }: FilterFormProps): JSX.Element {
  const { from, to, kind, status } = filters;
  const set = (change: Readonly<Record<string, string>>) =>
    onChange(parseFilters({ from, to, kind, status, ...change }));
  const setDate = (name: 'from' | 'to', date: string) => {
    if (date === '' || date >= firstDate) set({ [name]: date });
  };
  return (
    <div class={styles['filters']} role="search">
      <Select
        label={t('history.kind')}
        value={kind ?? ''}
        choices={[
          { value: '', text: t('history.anyKind') },
          ...kinds.map((value) => ({ value, text: kindName(value) })),
        ]}
        onChange={(event) => set({ kind: event.currentTarget.value })}
      />
      <Select
        label={t('history.status')}
        value={status}
        choices={statuses.map((value) => ({ value, text: t(statusNames[value]) }))}
        onChange={(event) => set({ status: event.currentTarget.value })}
      />
      <TextField
        label={t('history.from')}
        type="date"
        optional
        min={firstDate}
        value={from ?? ''}
        onInput={(event) => setDate('from', event.currentTarget.value)}
      />
      <TextField
        label={t('history.to')}
        type="date"
        optional
        min={firstDate}
        value={to ?? ''}
        fault={isImpossible(filters) ? t('history.toBeforeFrom') : undefined}
        onInput={(event) => setDate('to', event.currentTarget.value)}
      />
      {isFiltered(filters) && (
        <Button look="quiet" size="small" onClick={() => onChange({ status: 'completed' })}>
          {t('history.clear')}
        </Button>
      )}
    </div>
  );
}
