import type { JSX } from 'preact';
import { t } from '../i18n';
import styles from './figures.module.css';

interface FiguresProps {
  /** The first one names the rows. */
  columns: readonly string[];
  rows: readonly (readonly string[])[];
}

/** What a chart shows as a table, for those who would rather read it. */
export function Figures({ columns, rows }: FiguresProps): JSX.Element {
  return (
    <details class={styles['figures']}>
      <summary>{t('home.table')}</summary>
      <table>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column} scope="col">
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(([name, ...values]) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              {values.map((value, index) => (
                <td key={index}>{value}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}
