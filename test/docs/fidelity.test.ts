import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { createControllers } from '../../controllers/index.ts';
import { builtInTypes } from '../../server/schema/type-table.ts';
import { create, createAccount, type SecuredCluster, securedCluster } from '../support/secured-cluster.ts';

const FIDELITY = readFileSync('docs/fidelity.md', 'utf8');

/** Names in code style in the first cells of the table below a heading. */
function firstCells(heading: string): string[] {
  const section = FIDELITY.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? '';
  const rows = section.split('\n').filter((line) => /^\| [^-]/.test(line));
  return rows.flatMap((row) => [...(row.split('|')[1] ?? '').matchAll(/`([^`]+)`/g)].map(([, name]) => name ?? ''));
}

interface ServedPart {
  readonly name: string;
  readonly namespaced: boolean;
  readonly verbs: readonly string[];
}

/** A proxy leads somewhere below itself. */
const below = (name: string): string => (name.endsWith('/proxy') ? '/page' : '');

/** Every subresource of every kind, with a path of it. */
async function subresources(cluster: SecuredCluster): Promise<{ name: string; method: string; path: string }[]> {
  const groups = (await cluster.ask('GET', '/apis')).body as { groups: { versions: { groupVersion: string }[] }[] };
  const versions = groups.groups.flatMap(({ versions }) => versions.map(({ groupVersion }) => `/apis/${groupVersion}`));
  const all = ['/api/v1', ...versions].map(async (base) => {
    const { resources } = (await cluster.ask('GET', base)).body as { resources: ServedPart[] };
    return resources
      .filter(({ name }) => name.includes('/'))
      .map(({ name, namespaced, verbs }) => ({
        name,
        method: verbs.includes('get') ? 'GET' : verbs.includes('create') ? 'POST' : 'PUT',
        path: `${base}/${namespaced ? 'namespaces/default/' : ''}${name.replace('/', '/some-name/')}${below(name)}`,
      }));
  });
  return (await Promise.all(all)).flat();
}

/** What is not there at all is told before what is missing of it. */
async function createParents(cluster: SecuredCluster): Promise<void> {
  const metadata = { name: 'some-name' };
  await createAccount(cluster, 'default');
  await create(cluster, '/api/v1/nodes', { metadata });
  await create(cluster, '/api/v1/namespaces/default/pods', {
    metadata,
    spec: { containers: [{ name: 'a', image: 'b' }] },
  });
}

test('docs/fidelity.md names every subresource that answers 501, and no other', async () => {
  await using cluster = await securedCluster();
  await createParents(cluster);
  const answers = (await subresources(cluster)).map(async ({ name, method, path }) => {
    const { status } = await cluster.ask(method, path, method === 'GET' ? {} : { body: {} });
    return status === 501 ? [name] : [];
  });
  const missing = (await Promise.all(answers)).flat();
  expect(
    firstCells('What answers 501')
      .filter((name) => name.includes('/'))
      .sort(),
  ).toEqual(missing.sort());
});

test('docs/fidelity.md names every controller, and no other', () => {
  const parts = { caCertificate: '', checkPolicy: () => [], issueToken: async () => '', signCertificate: () => '' };
  const names = createControllers(parts).map(({ name }) => name);
  expect(firstCells('Controllers').sort()).toEqual([...names, 'kubelet', 'stage-controller'].sort());
});

test('docs/fidelity.md names the version of Kubernetes that is served', () => {
  expect(FIDELITY).toContain(`Kubernetes ${builtInTypes().gitVersion.slice(1)}`);
});

test('docs/own-texts.md lists the fields that are described in our own words', () => {
  const before = readFileSync('docs/own-texts.md', 'utf8');
  execFileSync(process.execPath, ['scripts/list-own-texts.mjs']);
  expect(readFileSync('docs/own-texts.md', 'utf8'), 'run npm run generate').toBe(before);
  expect(FIDELITY).toContain('own-texts.md');
});
