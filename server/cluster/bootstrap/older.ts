/**
 * Writes older-bootstrap.gen.json: `npm run generate:older-bootstrap -- FOLDER`, where FOLDER has a file
 * `v1.30.14.json` for each version, as `npm run generate:bootstrap -- --server URL --out FOLDER/v1.30.14.json` writes
 * it. A server alone is enough: the accounts of controllers follow from the bindings.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { deepEqual } from '../../base/freeze.ts';
import type { KubeObject } from '../../kube/object.ts';
import { type OlderObjects, objectId, withOlder } from './older-objects.ts';

const FILE = 'server/cluster/bootstrap/older-bootstrap.gen.json';

const [folder] = process.argv.slice(2);
if (!folder) throw new Error('the folder with the objects is missing');

const read = (path: string): KubeObject[] => JSON.parse(readFileSync(path, 'utf8')) as KubeObject[];

const subjectsOf = ({ subjects = [] }: { subjects?: { name: string }[] }): string[] => subjects.map(({ name }) => name);

/** Controllers, the scheduler and kubelets are those of the newest version, and so is what they need. */
const PROGRAMS = /^system::?(controller:|kube-scheduler|kube-controller-manager|node$|leader-locking-)/;

function isNewests({ kind = '', metadata: { name = '' } }: KubeObject): boolean {
  return kind === 'ServiceCIDR' || (/Role(Binding)?$/.test(kind) && PROGRAMS.test(name));
}

/** Controllers write conditions, and make accounts: as they are in the newest version, where there were any. */
function completed(recorded: readonly KubeObject[], newest: readonly KubeObject[]): KubeObject[] {
  const bound = new Set(recorded.flatMap((object) => subjectsOf(object as { subjects?: { name: string }[] })));
  const known = new Map(newest.map((object) => [objectId(object), object]));
  return [
    ...recorded.map((object) => (isNewests(object) && known.get(objectId(object))) || object),
    ...newest.filter(({ kind, metadata }) => kind === 'ServiceAccount' && bound.has(metadata.name ?? '')),
  ];
}

function step(newer: readonly KubeObject[], older: readonly KubeObject[], minor: number): OlderObjects {
  const objects: Record<string, KubeObject | null> = {};
  const before = new Map(newer.map((object) => [objectId(object), object]));
  for (const object of older) if (!deepEqual(before.get(objectId(object)), object)) objects[objectId(object)] = object;
  const ids = new Set(older.map(objectId));
  for (const id of before.keys()) if (!ids.has(id)) objects[id] = null;
  return { minor, objects };
}

function print({ minor, objects }: OlderObjects): string {
  const rows = Object.entries(objects).map(([id, object]) => `${JSON.stringify(id)}:${JSON.stringify(object)}`);
  return `{"minor":${minor},"objects":{\n${rows.join(',\n')}}}`;
}

const newest = read('server/cluster/bootstrap/bootstrap.gen.json');
const minors = readdirSync(folder)
  .flatMap((name) => /^v1\.(\d+)\.\d+\.json$/.exec(name) ?? [])
  .filter((text) => /^\d+$/.test(text))
  .map(Number)
  .sort((a, b) => b - a);
const steps: OlderObjects[] = [];
let newer = newest;
for (const minor of minors) {
  const name = readdirSync(folder).find((file) => file.startsWith(`v1.${minor}.`)) ?? '';
  const older = completed(read(`${folder}/${name}`), newest);
  steps.push(step(newer, older, minor));
  newer = withOlder(newer, step(newer, older, minor));
}
writeFileSync(FILE, `[\n${steps.map(print).join(',\n')}\n]\n`);
process.stdout.write(`${FILE}: ${minors.map((minor) => `1.${minor}`).join(', ')}\n`);
