/** The first steps of a user over HTTP: a deployment, a pod that is replaced, a service with three endpoints. */
export type Asks = (
  method: string,
  path: string,
  body?: object,
) => Promise<{ readonly status: number; readonly text: string }>;

const DEPLOYMENTS = '/apis/apps/v1/namespaces/default/deployments';
const PODS = '/api/v1/namespaces/default/pods';
const SLICES = '/apis/discovery.k8s.io/v1/namespaces/default/endpointslices?labelSelector=kubernetes.io/service-name';
const TRIES = 2000;

function deployment(name: string, app: string, replicas: number): object {
  return {
    metadata: { name, labels: { app } },
    spec: {
      replicas,
      selector: { matchLabels: { app } },
      template: {
        metadata: { labels: { app } },
        spec: { containers: [{ name: 'nginx', image: 'nginx:1.14.2', ports: [{ containerPort: 80 }] }] },
      },
    },
  };
}

interface Pod {
  readonly metadata: { readonly name: string };
  readonly status: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

interface Slice {
  readonly endpoints?: readonly {
    readonly addresses: readonly string[];
    readonly conditions: { readonly ready?: boolean };
  }[];
}

async function itemsOf<T>(asks: Asks, path: string): Promise<readonly T[]> {
  return (JSON.parse((await asks('GET', path)).text) as { items: T[] }).items;
}

async function created(asks: Asks, path: string, body: object): Promise<void> {
  const { status, text } = await asks('POST', path, body);
  if (status !== 201) throw new Error(`${path} answered ${status}: ${text}`);
}

/** Asks until something is found. */
async function until<T>(what: string, find: () => Promise<T | undefined>): Promise<T> {
  for (let i = 0; i < TRIES; i++) {
    const found = await find();
    if (found !== undefined) return found;
  }
  throw new Error(`${what}: not after ${TRIES} questions`);
}

async function readyPod(asks: Asks, app: string, other = ''): Promise<string> {
  return until(`a ready pod of ${app}`, async () => {
    const pods = await itemsOf<Pod>(asks, `${PODS}?labelSelector=app%3D${app}`);
    const isReady = ({ status }: Pod): boolean =>
      status.conditions?.some((condition) => condition.type === 'Ready' && condition.status === 'True') ?? false;
    return pods.find((pod) => isReady(pod) && pod.metadata.name !== other)?.metadata.name;
  });
}

/** @returns the addresses behind the service */
export async function articleFlow(asks: Asks): Promise<readonly string[]> {
  await created(asks, DEPLOYMENTS, deployment('test', 'test', 1));
  const first = await readyPod(asks, 'test');
  await asks('DELETE', `${PODS}/${first}`);
  await readyPod(asks, 'test', first);
  await created(asks, DEPLOYMENTS, deployment('nginx-deployment', 'my-app', 3));
  const service = { spec: { selector: { app: 'my-app' }, ports: [{ port: 80, targetPort: 80 }] } };
  await created(asks, '/api/v1/namespaces/default/services', { metadata: { name: 'my-service' }, ...service });
  return until('three endpoints', async () => {
    const slices = await itemsOf<Slice>(asks, `${SLICES}%3Dmy-service`);
    const ready = slices.flatMap(({ endpoints = [] }) => endpoints.filter(({ conditions }) => conditions.ready));
    const addresses = ready.flatMap((endpoint) => endpoint.addresses);
    return addresses.length === 3 ? addresses : undefined;
  });
}
