import { expect, test } from 'vitest';
import type { Client } from '../../../controllers/lib/client.ts';
import { createPersistentVolumeBinder } from '../../../controllers/persistentvolume-binder/index.ts';
import { createScheduler } from '../../../controllers/scheduler/index.ts';
import type { KubeObject } from '../../../server/kube/object.ts';
import type { Pod, PriorityClass } from '../../../server/kube/types.gen.ts';
import { clientApi } from '../../support/controller-cases/api.ts';
import {
  type Look,
  OTHER_NODES,
  playScheduling,
  type SchedulingApi,
  type SchedulingCase,
} from '../../support/controller-cases/scheduling.ts';
import { golden } from '../../support/golden.ts';
import { createNode } from '../../support/service-pods.ts';
import { type TestCluster, testCluster } from '../../support/test-cluster.ts';

const CASES = golden<SchedulingCase & { looks: readonly Look[] }>('controllers/scheduling.json');

/** What admission makes of the class of a pod; the cluster of the test has no admission. */
async function resolved(object: KubeObject, client: Client): Promise<KubeObject> {
  if (object.kind !== 'Pod') return object;
  const { spec } = object as Pod;
  const key = { namespace: '', name: spec.priorityClassName ?? '' };
  const { value = 0, preemptionPolicy = 'PreemptLowerPriority' } =
    key.name === '' ? {} : await client.get<PriorityClass>('scheduling.k8s.io/v1/priorityclasses', key);
  return { ...object, spec: { ...spec, priority: value, preemptionPolicy } };
}

function apiOf({ client, settle }: TestCluster): SchedulingApi {
  return {
    ...clientApi(client, settle),
    create: async (resource, object) => client.create(resource, await resolved(object, client)),
    patch: async (resource, key, body) => {
      await client.patch(resource, key, 'merge', body);
    },
    finish: async (key) => {
      await client.delete('v1/pods', key, { gracePeriodSeconds: 0 });
      const [pod] = (await client.list('v1/pods', key.namespace)).filter(({ metadata }) => metadata.name === key.name);
      if (pod) await client.patch('v1/pods', key, 'merge', { metadata: { finalizers: null } });
    },
  };
}

test.each(CASES)(
  'pods are placed, refused and preempted as by the real scheduler: $name',
  async ({ looks, ...one }) => {
    const controllers = [createScheduler(), createPersistentVolumeBinder()];
    const cluster = await testCluster({ controllers, namespaces: ['case'] });
    for (const name of OTHER_NODES) await createNode(cluster.client, name);
    expect(await playScheduling(one, 'case', apiOf(cluster))).toEqual(looks);
    await cluster.stop();
  },
);
