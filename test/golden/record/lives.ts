// Records the life of an object of every kind: with names (apps/v1/deployments), only of those. Controllers would
// change objects meanwhile: GOLDEN_SERVER has to be a kube-apiserver whose control plane runs none.
import { packed } from '../../fidelity/delta.ts';
import { infoOf, type Life, namesOf, objectPath, stepsOf } from '../../fidelity/life.ts';
import { LIVES } from '../../fidelity/lives/index.ts';
import { fileOf } from '../../fidelity/recorded.ts';
import { play } from '../../fidelity/steps.ts';
import { ask, record } from './oracle.ts';

const run = process.pid;

/** A namespace with the account that a controller would make. */
async function namespaceOf(life: Life): Promise<string> {
  const name = `life-${infoOf(life).resource}-${run}`.slice(0, 63);
  await ask('POST', '/api/v1/namespaces', { metadata: { name } });
  await ask('POST', `/api/v1/namespaces/${name}/serviceaccounts`, { metadata: { name: 'default' } });
  return name;
}

/** Removes a namespace without waiting for a controller that empties it. */
async function removeNamespace(name: string): Promise<void> {
  await ask('DELETE', `/api/v1/namespaces/${name}/pods?gracePeriodSeconds=0`);
  await ask('DELETE', `/api/v1/namespaces/${name}`);
  await ask('PUT', `/api/v1/namespaces/${name}/finalize`, { metadata: { name }, spec: { finalizers: [] } });
}

/** Removes the objects of a life, whatever holds them. */
async function clean(life: Life, namespace: string): Promise<void> {
  if (!infoOf(life).verbs.includes('delete')) return;
  for (const name of namesOf(life)) {
    const path = objectPath(life, name).replace('$NS', namespace);
    await ask('DELETE', path);
    await ask('PATCH', path, { metadata: { finalizers: null } }, 'application/merge-patch+json');
    if (life.resource === '/v1/namespaces') await removeNamespace(name);
  }
}

const only = process.argv.slice(2);
const { GOLDEN_SERVER: url = '', GOLDEN_TOKEN: token = '' } = process.env;
for (const life of LIVES) {
  const name = life.resource.replace(/^\//, '');
  if (only.length > 0 && !only.includes(name)) continue;
  const steps = stepsOf(life);
  const namespace = await namespaceOf(life);
  await clean(life, namespace);
  const answers = await play(steps, { url, token }, namespace);
  const bodies = packed(answers.map(({ answer }) => answer));
  await record(
    `test/golden/${fileOf(name)}`,
    steps.map((step, index) => ({ ...step, ...answers[index], answer: bodies[index] })),
  );
  await clean(life, namespace);
  await removeNamespace(namespace);
}
