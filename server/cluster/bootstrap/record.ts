/**
 * Writes bootstrap.gen.json: the objects that a real control plane makes at its first start, without what differs from
 * start to start. `npm run generate:bootstrap -- --server https://127.0.0.1:16443 --token TOKEN`; those of a
 * server of an older version with `--out FILE`, for older.ts.
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    server: { type: 'string', default: 'https://127.0.0.1:16443' },
    token: { type: 'string', default: 'admintoken' },
    out: { type: 'string', default: 'server/cluster/bootstrap/bootstrap.gen.json' },
  },
});
process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0'; // a control plane started for recording signs its own certificate

interface Recorded {
  apiVersion?: string;
  kind?: string;
  metadata: {
    name: string;
    namespace?: string;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
    managedFields?: { manager: string; time: string }[];
  };
  [field: string]: unknown;
}

async function list(path: string): Promise<Recorded[]> {
  const response = await fetch(values.server + path, { headers: { authorization: `Bearer ${values.token}` } });
  // Older versions do not have all kinds.
  if (response.status === 404) return [];
  if (!response.ok) throw new Error(`GET ${path}: ${response.status}`);
  const body = (await response.json()) as { kind: string; apiVersion: string; items: Recorded[] };
  return body.items.map((item) => ({ kind: body.kind.replace(/List$/, ''), apiVersion: body.apiVersion, ...item }));
}

const SYSTEM_NAMESPACES = ['default', 'kube-node-lease', 'kube-public', 'kube-system'];
const RBAC = '/apis/rbac.authorization.k8s.io/v1';
const FLOW = '/apis/flowcontrol.apiserver.k8s.io/v1';

const SOURCES: readonly { path: string; keep: (object: Recorded) => boolean }[] = [
  { path: `${RBAC}/clusterroles`, keep: isBootstrap },
  { path: `${RBAC}/clusterrolebindings`, keep: isBootstrap },
  { path: `${RBAC}/roles`, keep: isBootstrap },
  { path: `${RBAC}/rolebindings`, keep: isBootstrap },
  { path: `${FLOW}/prioritylevelconfigurations`, keep: isServers },
  { path: `${FLOW}/flowschemas`, keep: isServers },
  { path: '/apis/scheduling.k8s.io/v1/priorityclasses', keep: ({ metadata }) => metadata.name.startsWith('system-') },
  { path: '/apis/networking.k8s.io/v1/servicecidrs', keep: isServers },
  { path: '/apis/apiregistration.k8s.io/v1/apiservices', keep: ({ spec }) => !(spec as { service?: unknown }).service },
  { path: '/api/v1/namespaces/kube-system/serviceaccounts', keep: ({ metadata }) => metadata.name !== 'default' },
];

function isBootstrap({ metadata }: Recorded): boolean {
  return metadata.labels?.['kubernetes.io/bootstrapping'] === 'rbac-defaults';
}

/** Whether the API server itself made an object, and no user of the server that is asked. */
function isServers({ metadata }: Recorded): boolean {
  const own = ['kube-apiserver', 'api-priority-and-fairness-config-producer-v1'];
  return metadata.managedFields?.some(({ manager }) => own.includes(manager)) ?? false;
}

function stripped(object: Recorded): Recorded {
  const { name, namespace, labels, annotations, managedFields } = object.metadata;
  const metadata = {
    name,
    ...(namespace && { namespace }),
    ...(labels && { labels }),
    ...(annotations && { annotations }),
    ...(managedFields && { managedFields: managedFields.map((entry) => ({ ...entry, time: '$now' })) }),
  };
  return { ...object, metadata };
}

/** Times of conditions become the time of the start. */
function withoutTimes(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutTimes);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, inner]) => [
    key,
    key === 'lastTransitionTime' ? '$now' : withoutTimes(inner),
  ]);
  return Object.fromEntries(entries);
}

const objects: unknown[] = [];
for (const { path, keep } of SOURCES)
  for (const object of await list(path)) if (keep(object)) objects.push(withoutTimes(stripped(object)));
for (const object of await list('/api/v1/namespaces')) {
  if (!SYSTEM_NAMESPACES.includes(object.metadata.name)) continue;
  objects.unshift({ ...stripped(object), spec: {}, status: {} });
}
const lines = objects.map((object) => JSON.stringify(object)).join(',\n');
writeFileSync(values.out, `[\n${lines}\n]\n`);
process.stdout.write(`${values.out}: ${objects.length} objects\n`);
