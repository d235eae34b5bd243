/**
 * Writes server/schema/kinds.gen.json and server/kube/types.gen.ts. Sources: a running kube-apiserver (discovery,
 * OpenAPI, table columns) and the Go modules of its types.
 * `npm run generate:kinds -- --server https://127.0.0.1:16443 --token TOKEN`. With `--older v1.30.14 --out FILE` it
 * writes the description of a server of that version to a file that older.ts reads.
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { KindsFile } from '../type-table-format.ts';
import { describe } from './describe.ts';
import { newestVersion } from './go-types.ts';
import { readPublished } from './published.ts';
import { typescriptOf } from './typescript.ts';

const { values } = parseArgs({
  options: {
    server: { type: 'string', default: 'https://127.0.0.1:16443' },
    token: { type: 'string', default: 'admintoken' },
    older: { type: 'string' },
    out: { type: 'string', default: 'server/schema/kinds.gen.json' },
  },
});
process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0'; // a control plane started for recording signs its own certificate

/** One line for each type and resource: differences between two versions stay readable. */
function print(value: KindsFile): string {
  const { gitVersion, groups: _groups, kinds: _kinds, parameters: _parameters, types: _types, ...traits } = value;
  const lines = Object.entries(value.types).map(([name, type]) => `${JSON.stringify(name)}:${JSON.stringify(type)}`);
  const groups = value.groups.map((g) => {
    const versions = g.versions.map(({ version, resources }) => {
      const rows = resources.map((row) => JSON.stringify(row)).join(',\n');
      return `{"version":${JSON.stringify(version)},"resources":[\n${rows}]}`;
    });
    return `{"group":${JSON.stringify(g.group)},"versions":[${versions.join(',')}]}`;
  });
  const parts = [
    JSON.stringify({ gitVersion, ...traits }).slice(1, -1),
    `"groups":[${groups.join(',\n')}]`,
    `"kinds":${JSON.stringify(value.kinds)}`,
    `"parameters":${JSON.stringify(value.parameters)}`,
    `"types":{\n${lines.join(',\n')}}`,
  ];
  return `{${parts.join(',\n')}}\n`;
}

const published = await readPublished(values.server, values.token);
const file = describe(published, values.older ?? newestVersion());
writeFileSync(values.out, print(file));
if (values.older === undefined) writeFileSync('server/kube/types.gen.ts', typescriptOf(file));
process.stdout.write(`${values.out}: ${Object.keys(file.types).length} types, Kubernetes ${file.gitVersion}\n`);
