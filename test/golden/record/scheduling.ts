// Records what a real scheduler says about pods. The server needs simulated kubelets, and two nodes of its own.
import { rest } from '../../../server/base/turn.ts';
import { OTHER_NODES, playScheduling, type SchedulingApi } from '../../support/controller-cases/scheduling.ts';
import { ask, inNamespace, messageOf, record } from './oracle.ts';
import { oracleApi } from './oracle-api.ts';
import { filters } from './scheduling/filters.ts';
import { preemption } from './scheduling/preemption.ts';
import { volumes } from './scheduling/volumes.ts';

const SETTLE_MS = 700;
const MERGE = 'application/merge-patch+json';

function pathOf(resource: string, namespace: string, name: string): string {
  const parts = resource.split('/');
  const plural = parts.pop();
  const root = parts.length === 1 ? '/api' : '/apis';
  return `${root}/${parts.join('/')}${namespace === '' ? '' : `/namespaces/${namespace}`}/${plural}/${name}`;
}

const api: SchedulingApi = {
  ...oracleApi(SETTLE_MS),
  async patch(resource, { namespace, name }, body) {
    const answer = await ask('PATCH', pathOf(resource, namespace, name), body, MERGE);
    if (answer.code !== 200) throw new Error(`PATCH ${name}: ${messageOf(answer)}`);
  },
  async finish({ namespace, name }) {
    const path = pathOf('v1/pods', namespace, name);
    await ask('DELETE', path, { kind: 'DeleteOptions', apiVersion: 'v1', gracePeriodSeconds: 0 });
    await ask('PATCH', path, { metadata: { finalizers: null } }, MERGE);
  },
};

async function otherNodes(): Promise<string[]> {
  const nodes = await api.list('v1/nodes', '');
  return nodes.map(({ metadata }) => metadata.name ?? '').sort();
}

const only = process.argv.slice(2);
const cases: unknown[] = [];
for (const [i, one] of [...filters, ...preemption, ...volumes].entries()) {
  if (only.length > 0 && !only.includes(one.name)) continue;
  const found = await otherNodes();
  if (found.join() !== OTHER_NODES.join()) throw new Error(`the server has other nodes than expected: ${found.join()}`);
  await inNamespace(`golden-scheduling-${i}`, async (path) => {
    while ((await ask('GET', `${path}/serviceaccounts/default`)).code !== 200) await rest(100);
    const namespace = path.split('/').at(-1) ?? '';
    const made: string[] = [];
    try {
      const looks = await playScheduling(one, namespace, api, (resource, name) =>
        made.push(pathOf(resource, '', name)),
      );
      cases.push({ ...one, looks });
      console.log(one.name);
    } finally {
      for (const { metadata } of await api.list('v1/pods', namespace))
        await api.finish({ namespace, name: metadata.name ?? '' });
      for (const { metadata } of await api.list('v1/persistentvolumeclaims', namespace))
        await ask('DELETE', pathOf('v1/persistentvolumeclaims', namespace, metadata.name ?? ''));
      for (const object of made.reverse()) {
        await ask('DELETE', object);
        while ((await ask('GET', object)).code === 200) await rest(100);
      }
    }
  });
}
if (only.length === 0) await record('test/golden/controllers/scheduling.json', cases);
