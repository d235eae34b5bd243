import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import type { Outcome } from './outcome.ts';
import { formatPage } from './page.ts';

const RECORD = 'test/conformance/outcomes.gen.json';
const PAGE = 'docs/conformance.md';

/** The last outcome of every spec. */
export interface Recorded {
  readonly kubernetesVersion: string;
  readonly specs: readonly Outcome[];
}

/** `undefined` before the first run. */
export function readRecord(): Recorded | undefined {
  return existsSync(RECORD) ? (JSON.parse(readFileSync(RECORD, 'utf8')) as Recorded) : undefined;
}

/** What a run found takes the place of what was known; specs that upstream no longer has are forgotten. */
export function mergeOutcomes(
  names: readonly string[],
  known: readonly Outcome[],
  found: readonly Outcome[],
): readonly Outcome[] {
  const byName = new Map([...known, ...found].map((outcome) => [outcome.name, outcome]));
  return names.map((name) => byName.get(name) ?? { name, result: 'not run' });
}

/** Names of specs that passed once and do not now. */
export function lostSpecs(known: readonly Outcome[], found: readonly Outcome[]): readonly string[] {
  const passed = new Set(known.filter(({ result }) => result === 'passed').map(({ name }) => name));
  return found.filter(({ name, result }) => result !== 'passed' && passed.has(name)).map(({ name }) => name);
}

/** The record, a spec a line, and the page that is made of it. */
export function writeRecord({ kubernetesVersion, specs }: Recorded): void {
  const lines = specs.map((spec) => `    ${JSON.stringify(spec)}`).join(',\n');
  const version = JSON.stringify(kubernetesVersion);
  writeFileSync(RECORD, `{\n  "kubernetesVersion": ${version},\n  "specs": [\n${lines}\n  ]\n}\n`);
  writeFileSync(PAGE, formatPage({ kubernetesVersion, specs }));
}
