/**
 * Prints where the OpenAPI documents of this project differ from those of a running kube-apiserver. Texts do not count,
 * but whether there is one does. `node scripts/run-ts.mjs server/schema/generate/compare-openapi.ts [--texts]`
 */
import { parseArgs } from 'node:util';
import { typesOf } from '../kubernetes-versions.ts';
import { OpenApiPublication } from '../openapi/publication.ts';

const { values } = parseArgs({
  options: {
    server: { type: 'string', default: 'https://127.0.0.1:16443' },
    token: { type: 'string', default: 'admintoken' },
    /** The version of that server, unless it is the newest. */
    version: { type: 'string' },
    /** Differences to print of each document. */
    show: { type: 'string', default: '5' },
    /** Compare the texts too. */
    texts: { type: 'boolean', default: false },
  },
});
process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0'; // a control plane started for recording signs its own certificate

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

/** A description is a text where it is a string; a field that is called description has a schema. */
function isText(key: string, value: unknown): boolean {
  return key === 'description' && typeof value === 'string' && !values.texts;
}

function differences(ours: unknown, theirs: unknown, path: string): string[] {
  if (!isObject(ours) || !isObject(theirs) || Array.isArray(ours) !== Array.isArray(theirs)) {
    return ours === theirs ? [] : [`${path}: ${brief(ours)} instead of ${brief(theirs)}`];
  }
  const keys = new Set([...Object.keys(ours), ...Object.keys(theirs)]);
  return [...keys].flatMap((key) => {
    const [left, right] = [ours[key], theirs[key]];
    if (isText(key, left) && isText(key, right)) return [];
    return differences(left, right, `${path}/${key}`);
  });
}

function brief(value: unknown): string {
  return (JSON.stringify(value) ?? 'nothing').slice(0, 160);
}

/** The order in which keys are written, which clients that hash or diff documents see. */
function keyOrder(value: unknown): string {
  return JSON.stringify(value, (key, inner: unknown) => (isText(key, inner) ? '' : inner));
}

async function get(path: string): Promise<unknown> {
  const response = await fetch(values.server + path, { headers: { authorization: `Bearer ${values.token}` } });
  if (!response.ok) throw new Error(`GET ${path}: ${response.status}`);
  return JSON.parse(await response.text());
}

const print = (line: string): void => void process.stdout.write(`${line}\n`);

let total = 0;

async function compare(name: string, path: string, document: { readonly json: Buffer } | undefined): Promise<void> {
  const theirs = await get(path);
  const ours: unknown = document && JSON.parse(document.json.toString());
  const found = differences(ours, theirs, '');
  total += found.length;
  const order = found.length > 0 || keyOrder(ours) === keyOrder(theirs) ? '' : ', keys in another order';
  if (found.length > 0 || order !== '') print(`${name}: ${found.length} differences${order}`);
  for (const line of found.slice(0, Number(values.show))) print(`  ${line}`);
}

const publication = new OpenApiPublication(typesOf(values.version));
const index = (await get('/openapi/v3')) as { paths: Record<string, { serverRelativeURL: string }> };
const names = new Set([...Object.keys(index.paths), ...publication.names]);
for (const name of [...names].sort()) await compare(name, `/openapi/v3/${name}`, publication.document(name));
await compare('v2', '/openapi/v2', publication.swagger);
print(`${names.size + 1} documents, ${total} differences`);
