// Records the Endpoints and EndpointSlices that real controllers write for services.
import { rest } from '../../../server/base/turn.ts';
import { playServices, type ServiceCase, type ServiceCaseApi } from '../../support/controller-cases/services.ts';
import { ask, inNamespace, record } from './oracle.ts';
import { oracleApi } from './oracle-api.ts';

const pod = (ports: object[] = [], more: object = {}): object => ({
  nodeName: 'node01',
  containers: [{ name: 'c', image: 'i', ports }],
  ...more,
});
const web = { name: 'web', containerPort: 8080 };
const app = { app: 'x' };

const CASES: readonly ServiceCase[] = [
  {
    name: 'no pods',
    services: [{ name: 's', labels: { l: 'v' }, spec: { selector: app, ports: [{ port: 80 }] } }],
    pods: [],
  },
  {
    name: 'one port by number',
    services: [{ name: 's', spec: { selector: app, ports: [{ port: 80, targetPort: 8080 }] } }],
    pods: [
      { name: 'a', labels: app, spec: pod() },
      { name: 'b', labels: app, spec: pod([], { nodeName: 'node02' }) },
    ],
  },
  {
    name: 'ports by name, number, protocol and application protocol',
    services: [
      {
        name: 's',
        spec: {
          selector: app,
          ports: [
            { name: 'http', port: 80, targetPort: 'web' },
            { name: 'admin', port: 90, targetPort: 9090, appProtocol: 'kubernetes.io/h2c' },
            { name: 'dns', port: 53, protocol: 'UDP' },
            { name: 'dns-tcp', port: 53 },
          ],
        },
      },
    ],
    pods: [
      { name: 'a', labels: app, spec: pod([web]) },
      { name: 'b', labels: app, spec: pod() },
      { name: 'c', labels: app, spec: pod([{ ...web, containerPort: 8081 }]) },
    ],
  },
  {
    name: 'headless with and without ports',
    services: [
      { name: 's', spec: { clusterIP: 'None', selector: app } },
      { name: 't', spec: { clusterIP: 'None', selector: app, ports: [{ port: 80 }] } },
    ],
    pods: [
      { name: 'a', labels: app, spec: pod([], { hostname: 'first', subdomain: 's' }) },
      { name: 'b', labels: app, spec: pod() },
    ],
  },
  {
    name: 'reserved labels on the service',
    services: [
      {
        name: 's',
        labels: {
          a: '1',
          'service.kubernetes.io/headless': 'x',
          'endpointslice.kubernetes.io/managed-by': 'me',
          'endpoints.kubernetes.io/managed-by': 'me',
          'kubernetes.io/service-name': 'other',
        },
        spec: { selector: app, ports: [{ port: 80 }] },
      },
    ],
    pods: [{ name: 'a', labels: app, spec: pod() }],
  },
  {
    name: 'no selector, an external name, a selector that no pod has all of',
    services: [
      { name: 's', spec: { ports: [{ port: 80 }] } },
      { name: 't', spec: { type: 'ExternalName', externalName: 'example.com', selector: app } },
      { name: 'u', spec: { selector: { ...app, y: 'z' }, ports: [{ port: 80 }] } },
    ],
    pods: [{ name: 'a', labels: app, spec: pod() }],
  },
  {
    name: 'a pod that is being deleted',
    services: [
      { name: 's', spec: { selector: app, ports: [{ port: 80 }] } },
      { name: 't', spec: { selector: app, ports: [{ port: 80 }], publishNotReadyAddresses: true } },
    ],
    pods: [
      { name: 'a', labels: app, finalizers: ['example.com/hold'], spec: pod() },
      { name: 'b', labels: app, spec: pod() },
    ],
    remove: ['a'],
  },
  {
    name: 'hints for the same node',
    services: [{ name: 's', spec: { selector: app, ports: [{ port: 80 }], trafficDistribution: 'PreferSameNode' } }],
    pods: [{ name: 'a', labels: app, spec: pod() }],
  },
];

interface Pods {
  items: {
    metadata: { name: string; finalizers?: string[] };
    status: { conditions?: { type: string; status: string }[] };
  }[];
}

async function podsReady(namespace: string): Promise<void> {
  for (;;) {
    const { items } = (await ask('GET', `/api/v1/namespaces/${namespace}/pods`)).json as Pods;
    if (
      items.every(({ status }) => status.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True'))
    )
      return;
    await rest(200);
  }
}

const cases: unknown[] = [];
for (const [i, one] of CASES.entries()) {
  await inNamespace(`golden-endpoints-${i}`, async (path) => {
    const namespace = path.split('/').at(-1) ?? '';
    const api: ServiceCaseApi = { ...oracleApi(2500), podsReady };
    cases.push({ ...one, ...(await playServices(one, namespace, api)) });
    for (const name of one.remove ?? []) {
      await ask('PATCH', `${path}/pods/${name}`, { metadata: { finalizers: null } }, 'application/merge-patch+json');
    }
  });
}
await record('test/golden/controllers/service-endpoints.json', cases);
