/**
 * Writes server/schema/older-kinds.gen.json: what differs from one minor version to the next older one.
 * `npm run generate:older -- FOLDER`, where FOLDER has a file `v1.30.14.json` for each version, as
 * `npm run generate:kinds -- --older v1.30.14 --out FOLDER/v1.30.14.json` writes it.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { deepEqual } from '../../base/freeze.ts';
import { namesOf, olderKinds } from '../older-kinds.ts';
import type { FieldRow, KindsFile, OlderKinds, ResourceRow, TypeRow } from '../type-table-format.ts';
import { fieldsThatAreOff } from './features.ts';

const FILE = 'server/schema/older-kinds.gen.json';

const [folder] = process.argv.slice(2);
if (!folder) throw new Error('the folder with the descriptions is missing');

const minorOf = ({ gitVersion }: KindsFile): number => Number(gitVersion.split('.')[1]);

const read = (path: string): KindsFile => JSON.parse(readFileSync(path, 'utf8')) as KindsFile;

function differences<T>(
  newer: Readonly<Record<string, T>>,
  older: Readonly<Record<string, T>>,
): Record<string, T | null> {
  const found: Record<string, T | null> = {};
  for (const [key, value] of Object.entries(older)) if (!deepEqual(newer[key], value)) found[key] = value;
  for (const key of Object.keys(newer)) if (!(key in older)) found[key] = null;
  return found;
}

function resourcesOf({ groups }: KindsFile): Record<string, ResourceRow> {
  const rows = groups.flatMap(({ group, versions }) =>
    versions.flatMap(({ version, resources }) =>
      resources.map((row) => [`${group}/${version}/${row.name}`, row] as const),
    ),
  );
  return Object.fromEntries(rows);
}

function hasDefault({ d }: FieldRow): boolean {
  return typeof d === 'object' && d !== null ? Object.keys(d).length > 0 : Boolean(d);
}

/** What is off by default is there, and dropped. */
function withOffFields(name: string, row: TypeRow, off: ReadonlySet<string>): TypeRow {
  return { ...row, f: row.f.map((field) => (off.has(`${name}#${field.n}`) ? { ...field, z: 1 } : field)) };
}

/** Defaults that older servers did not publish were no others: they were written in Go. */
function withHiddenDefaults(older: TypeRow, newest: TypeRow | undefined): TypeRow {
  const fields = older.f.map((field) => {
    const now = newest?.f.find(({ n }) => n === field.n);
    if (!now || field.d !== undefined || !hasDefault(now)) return field;
    return { ...field, d: now.d, h: 1 };
  });
  return { ...older, f: fields };
}

function step(newer: KindsFile, older: KindsFile): OlderKinds {
  const groups = namesOf(older);
  return {
    gitVersion: older.gitVersion,
    ...(older.itemDefaults !== undefined && { itemDefaults: older.itemDefaults }),
    ...(older.allKinds !== undefined && { allKinds: older.allKinds }),
    ...(older.patchVersion !== undefined && { patchVersion: older.patchVersion }),
    ...(!deepEqual(groups, namesOf(newer)) && { groups }),
    resources: differences(resourcesOf(newer), resourcesOf(older)) as Record<string, ResourceRow>,
    kinds: differences(newer.kinds, older.kinds),
    parameters: differences(newer.parameters, older.parameters),
    types: differences(newer.types, older.types),
  };
}

/** One line for each row, as in kinds.gen.json. */
function print({ gitVersion, groups, resources, kinds, parameters, types, ...traits }: OlderKinds): string {
  const rows = (value: object): string =>
    Object.entries(value)
      .map(([key, row]) => `${JSON.stringify(key)}:${JSON.stringify(row)}`)
      .join(',\n');
  const kept = Object.fromEntries(Object.entries(resources).filter(([, row]) => row !== null));
  const parts = [
    JSON.stringify({ gitVersion, ...traits }).slice(1, -1),
    ...(groups ? [`"groups":[\n${groups.map((group) => JSON.stringify(group)).join(',\n')}]`] : []),
    `"resources":{\n${rows(kept)}}`,
    `"kinds":${JSON.stringify(kinds)}`,
    `"parameters":${JSON.stringify(parameters)}`,
    `"types":{\n${rows(types)}}`,
  ];
  return `{${parts.join(',\n')}}`;
}

const newest = read('server/schema/kinds.gen.json');
const files = readdirSync(folder).filter((name) => /^v1\.\d+\.\d+\.json$/.test(name));
const all = files.map((name) => read(`${folder}/${name}`)).sort((a, b) => minorOf(b) - minorOf(a));
const steps: OlderKinds[] = [];
let newer = newest;
for (const described of all) {
  const off = fieldsThatAreOff(described.gitVersion);
  const types = Object.entries(described.types).map(
    ([name, row]) => [name, withOffFields(name, withHiddenDefaults(row, newest.types[name]), off)] as const,
  );
  const older: KindsFile = { ...described, types: Object.fromEntries(types) };
  steps.push(step(newer, older));
  newer = olderKinds(newer, steps.at(-1) as OlderKinds);
  if (!deepEqual({ ...newer.types }, { ...older.types }) || !deepEqual(newer.groups, older.groups))
    throw new Error(`the steps do not lead to ${older.gitVersion}`);
}
writeFileSync(FILE, `[\n${steps.map(print).join(',\n')}\n]\n`);
process.stdout.write(`${FILE}: ${steps.map(({ gitVersion }) => gitVersion).join(', ')}\n`);
