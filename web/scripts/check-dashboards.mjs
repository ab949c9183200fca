// Checks dashboards of Grafana against the types of its schema: `node check-dashboards.mjs FILE...`. Exit 1 with one line per
// fault. Grafana itself ignores a misspelled member; the compiler refuses it.
import { readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const web = join(dirname(fileURLToPath(import.meta.url)), '..');
const panels = '@grafana/schema/dist/esm/raw/composable';
// In JSON an enum is one of its values, and the first threshold has none. What the schema leaves open is closed here to the
// panels and queries that we use.
const types = `
import type * as schema from '@grafana/schema';
import type * as bargauge from '${panels}/bargauge/panelcfg/x/BarGaugePanelCfg_types.gen';
import type * as stat from '${panels}/stat/panelcfg/x/StatPanelCfg_types.gen';
import type * as table from '${panels}/table/panelcfg/x/TablePanelCfg_types.gen';
import type * as text from '${panels}/text/panelcfg/x/TextPanelCfg_types.gen';
import type * as timeseries from '${panels}/timeseries/panelcfg/x/TimeSeriesPanelCfg_types.gen';
type Json<T> = T extends string ? \`\${T}\` : T extends object ? { [K in keyof T]: Json<T[K]> } : T;
interface Query { refId: string; datasource: schema.DataSourceRef; expr: string; legendFormat: string; range: boolean;
  instant: boolean; format?: 'table' }
interface Thresholds { mode: schema.ThresholdsMode; steps: { color: string; value: number | null }[] }
type Field<Custom> = Omit<schema.FieldConfig, 'custom' | 'thresholds'> & { thresholds: Thresholds; custom?: Custom };
type Panel<Type, Options, Custom = never> = Omit<schema.Panel, 'type' | 'options' | 'fieldConfig' | 'targets'> & {
  type: Type; options: Options; id: number; gridPos: schema.GridPos; title: string; targets?: Query[];
  fieldConfig?: { defaults: Field<Custom>; overrides: [] } };
type Variable = schema.VariableModel & { definition?: string };
type Dashboard = Omit<schema.Dashboard, 'panels' | 'templating'> & { uid: string; templating: { list: Variable[] }; panels: (
  | Panel<'timeseries', timeseries.Options, timeseries.FieldConfig> | Panel<'stat', stat.Options>
  | Panel<'bargauge', bargauge.Options> | Panel<'table', table.Options> | Panel<'text', text.Options>)[] };
export const dashboard: Json<Dashboard> = `;

const files = process.argv.slice(2);
const sources = new Map(files.map((file) => [join(web, `${basename(file)}.ts`), types + readFileSync(file, 'utf8')]));
const options = { strict: true, noEmit: true, types: [], module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022,
  moduleResolution: ts.ModuleResolutionKind.Bundler };
const host = ts.createCompilerHost(options);
const { fileExists, getSourceFile } = host;
host.fileExists = (name) => sources.has(name) || fileExists(name);
host.getSourceFile = (name, ...rest) =>
  sources.has(name) ? ts.createSourceFile(name, sources.get(name), ...rest) : getSourceFile(name, ...rest);

const faults = ts.getPreEmitDiagnostics(ts.createProgram([...sources.keys()], options, host));
for (const { file, start, messageText } of faults) {
  const line = file ? file.getLineAndCharacterOfPosition(start).line - types.split('\n').length + 2 : 0;
  const where = file ? `${basename(file.fileName, '.ts')}:${line}: ` : '';
  console.log(where + ts.flattenDiagnosticMessageText(messageText, '\n  '));
}
if (faults.length === 0) console.log(`${sources.size} dashboards: no faults`);
process.exitCode = faults.length === 0 && sources.size > 0 ? 0 : 1;
