/**
 * Writes the description of kinds that upstream has samples of and fauxkube does not serve, so that the decoders are
 * tested with them too: `npm run generate:samples -- FOLDER`, where FOLDER is testdata/HEAD of the module k8s.io/api.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { parseApiVersion } from '../../kube/object.ts';
import type { KindsFile } from '../type-table-format.ts';
import { readGoTypes } from './go-types.ts';
import { typeRows } from './types.ts';

const FILE = 'test/golden/schema/more-kinds.gen.json';

const [folder] = process.argv.slice(2);
if (!folder) throw new Error('the folder with the samples is missing');
const served = JSON.parse(readFileSync('server/schema/kinds.gen.json', 'utf8')) as KindsFile;

const gvks = new Set<string>();
for (const name of readdirSync(folder).filter((file) => file.endsWith('.json'))) {
  const text = readFileSync(`${folder}/${name}`, 'utf8');
  const { apiVersion = '', kind = '' } = JSON.parse(text) as { apiVersion?: string; kind?: string };
  const { group, version } = parseApiVersion(apiVersion) ?? { group: '', version: '' };
  if (kind !== '' && !served.kinds[`${group}/${version}/${kind}`]) gvks.add(`${group} ${version} ${kind}`);
}
const go = readGoTypes([...gvks].sort());
const types = Object.entries(typeRows(go.structs, new Map())).filter(([name]) => !served.types[name]);
const lines = types.map(([name, type]) => `${JSON.stringify(name)}:${JSON.stringify(type)}`);
const kinds = Object.fromEntries(Object.entries(go.kinds).map(([gvk, type]) => [gvk.replaceAll(' ', '/'), type]));
writeFileSync(FILE, `{"kinds":${JSON.stringify(kinds)},\n"types":{\n${lines.join(',\n')}}}\n`);
process.stdout.write(`${FILE}: ${gvks.size} kinds\n`);
