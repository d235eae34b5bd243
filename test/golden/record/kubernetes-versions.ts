// Records what a real server of an older version says of itself and how it takes objects of newer clients. The version
// that it is goes into the name: GOLDEN_VERSION=v1.30.14.
import { exchange } from '../../support/plain-server.ts';
import { structureHash } from '../../support/structure.ts';
import { sampleWrites, shownWrite } from '../../support/version-writes.ts';
import { ask, record } from './oracle.ts';

const { GOLDEN_SERVER: server = '', GOLDEN_TOKEN: token, GOLDEN_VERSION: version = '' } = process.env;
const folder = `test/golden/kubernetes-versions/${version}`;

const get = (path: string): ReturnType<typeof exchange> =>
  exchange(server, 'GET', path, { authorization: `Bearer ${token}` });

/** `/api` names the address of the server. */
const { paths } = JSON.parse((await get('/')).body.toString()) as { paths: string[] };
const pages = paths.filter((path) => path.startsWith('/apis') || path === '/api/v1');
const discovered = [];
for (const path of pages) {
  const { status, body } = await get(path);
  // `/apis/apiextensions.k8s.io/v1` is a page, and others below it are none.
  if (status === 200) discovered.push({ path, body: JSON.parse(body.toString()) as unknown });
}
await record(`${folder}/discovery.json`, discovered);

const index = JSON.parse((await get('/openapi/v3')).body.toString()) as { paths: Record<string, unknown> };
const names = Object.keys(index.paths).filter((name) => name !== 'logs');
const documents = [];
for (const name of names) {
  const path = `/openapi/v3/${name}`;
  documents.push({ path, structure: structureHash((await get(path)).body) });
}
await record(`${folder}/openapi.json`, documents);

// A server alone has no controller that makes the account that pods have.
await ask('POST', '/api/v1/namespaces/default/serviceaccounts', { metadata: { name: 'default' } });
const writes = [];
for (const { path, body, validation } of sampleWrites()) {
  const answer = await ask('POST', `${path}?dryRun=All&fieldManager=golden&fieldValidation=${validation}`, body);
  writes.push({ path, validation, answer: shownWrite(answer.code, answer.warnings, answer.json) });
}
await record(`${folder}/writes.json`, writes);
