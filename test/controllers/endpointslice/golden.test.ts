import { expect, test } from 'vitest';
import { controller as endpoints } from '../../../controllers/endpoints/index.ts';
import { controller as endpointSlices } from '../../../controllers/endpointslice/index.ts';
import type { Pod } from '../../../server/kube/types.gen.ts';
import { clientApi } from '../../support/controller-cases/api.ts';
import {
  playServices,
  type ServiceCase,
  type ServiceCaseApi,
  type ServiceResult,
} from '../../support/controller-cases/services.ts';
import { golden } from '../../support/golden.ts';
import { createNode, reportStatus } from '../../support/service-pods.ts';
import { type TestCluster, testCluster } from '../../support/test-cluster.ts';

const CASES = golden<ServiceCase & ServiceResult>('controllers/service-endpoints.json');

/** The API of a test cluster whose pods become ready when they are asked to. */
function apiOf({ client, settle }: TestCluster): ServiceCaseApi {
  return {
    ...clientApi(client, settle),
    podsReady: async (namespace) => {
      const pods = await client.list<Pod>('v1/pods', namespace);
      for (const [i, pod] of pods.entries()) await reportStatus(client, pod, { ip: `10.1.0.${i + 1}` });
    },
  };
}

test.each(CASES)(
  'services have the endpoints that real controllers write: $name',
  async ({ endpoints: objects, slices, ...one }) => {
    const cluster = await testCluster({ controllers: [endpoints, endpointSlices], namespaces: ['case'] });
    for (const name of ['node01', 'node02']) await createNode(cluster.client, name);
    expect(await playServices(one, 'case', apiOf(cluster))).toEqual({ endpoints: objects, slices });
    await cluster.stop();
  },
);
