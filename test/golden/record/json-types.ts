// Records what a real server says of values that do not fit their fields: each field of some objects gets each kind of
// value in turn.
import { ask, inNamespace, messageOf, record } from './oracle.ts';

const OBJECTS: readonly { path: string; object: object }[] = [
  {
    path: '/api/v1/pods',
    object: {
      metadata: {
        name: 'x',
        labels: { a: 'b' },
        generation: 1,
        creationTimestamp: '2026-01-01T00:00:00Z',
        finalizers: ['a/b'],
        ownerReferences: [{ apiVersion: 'v1', kind: 'A', name: 'a', uid: 'u', controller: true }],
      },
      spec: {
        activeDeadlineSeconds: 5,
        hostNetwork: false,
        nodeSelector: { a: 'b' },
        securityContext: { runAsUser: 1, supplementalGroups: [1] },
        tolerations: [{ key: 'a', tolerationSeconds: 1 }],
        containers: [
          {
            name: 'c',
            image: 'i',
            args: ['a'],
            env: [{ name: 'a', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }],
            ports: [{ containerPort: 80, name: 'http' }],
            resources: { limits: { cpu: '1' } },
            livenessProbe: { httpGet: { port: 80, httpHeaders: [{ name: 'a', value: 'b' }] }, periodSeconds: 3 },
          },
        ],
        volumes: [
          { name: 'v', emptyDir: { sizeLimit: '1Gi' } },
          { name: 'w', projected: { defaultMode: 420, sources: [] } },
        ],
      },
    },
  },
  {
    path: '/api/v1/secrets',
    object: { metadata: { name: 'x' }, immutable: false, data: { a: 'YWJj' }, stringData: { b: 'x' }, type: 'Opaque' },
  },
  {
    path: '/apis/coordination.k8s.io/v1/leases',
    object: {
      metadata: { name: 'x' },
      spec: { leaseDurationSeconds: 5, renewTime: '2026-01-01T00:00:00.000001Z', holderIdentity: 'a' },
    },
  },
  {
    path: '/api/v1/services',
    object: {
      metadata: { name: 'x' },
      spec: { selector: { a: 'b' }, ports: [{ port: 80, targetPort: 'http' }], clusterIPs: ['None'] },
    },
  },
  {
    path: '/apis/apps/v1/deployments',
    object: {
      metadata: { name: 'x' },
      spec: {
        replicas: 1,
        paused: false,
        selector: { matchLabels: { a: 'b' }, matchExpressions: [{ key: 'a', operator: 'In', values: ['b'] }] },
        strategy: { rollingUpdate: { maxSurge: '25%' } },
        template: { metadata: { labels: { a: 'b' } } },
      },
    },
  },
];

/** For every field. */
const VALUES: readonly unknown[] = [
  null,
  '',
  'text',
  true,
  0,
  7,
  1.5,
  2147483648,
  1e30,
  [],
  ['a'],
  [null],
  [[]],
  {},
  { a: 'b' },
  { a: null },
  { a: 7 },
];

/** For fields whose text has a form of its own. */
const TEXTS: readonly unknown[] = [
  '5',
  '5%',
  '-5',
  -7,
  false,
  '2026-02-30T00:00:00Z',
  '2026-01-01',
  '2026-01-01T00:00:00+02:00',
  '2026-01-01T00:00:00.5Z',
  '2026-01-01T25:00:00Z',
  '2026-01-01t00:00:00z',
  '2026-1-01T00:00:00Z',
  '2026-01-01T00:00:00',
  '2026-01-01T00:00:00.123456789Z',
  '2026-01-01T00:00:00Zx',
  '2026-13-01T00:00:00Z',
  '2026-01-32T00:00:00Z',
  '2026-01-01T00:60:00Z',
  '2026-01-01T00:00:60Z',
  '0000-01-01T00:00:00Z',
  '2026-01-01T00:00:00+24:00',
  'YWJj\n',
  'YW\r\nJj',
  'YWJ',
  'YW Jj',
  'YWJj====',
  '=',
  'YQ',
  'YQ==',
  'YR==',
  'Y',
  'YWJjZ',
  '-_-_',
  'ä',
];
const WITH_FORM = ['creationTimestamp', 'renewTime', 'targetPort', 'maxSurge', 'port', 'sizeLimit', 'cpu', 'a'];

/** The paths of all fields and elements of a value. */
function pathsOf(value: unknown, path: readonly (string | number)[] = []): (readonly (string | number)[])[] {
  if (typeof value !== 'object' || value === null) return [path];
  const inner = Array.isArray(value) ? value.map((item, i) => [i, item] as const) : Object.entries(value);
  return [path, ...inner.flatMap(([key, item]) => pathsOf(item, [...path, key]))];
}

function replaced(value: unknown, [first, ...rest]: readonly (string | number)[], by: unknown): unknown {
  if (first === undefined) return by;
  if (Array.isArray(value)) return value.map((item, i) => (i === first ? replaced(item, rest, by) : item));
  const fields = value as Record<string, unknown>;
  return { ...fields, [first]: replaced(fields[first], rest, by) };
}

await inNamespace('golden-json-types', async (namespace) => {
  const objects: unknown[] = [];
  for (const { path, object } of OBJECTS) {
    const cases: unknown[] = [];
    const parts = path.split('/');
    const url = `${parts.slice(0, -1).join('/')}${namespace.slice('/api/v1'.length)}/${parts.at(-1)}?dryRun=All`;
    for (const at of pathsOf(object)) {
      if (at.length === 0) continue;
      const found: unknown[] = [];
      for (const value of [...VALUES, ...(WITH_FORM.includes(String(at.at(-1))) ? TEXTS : [])]) {
        const message = messageOf(await ask('POST', url, replaced(object, at, value)));
        found.push([value, / cannot be handled as a \w+: (.*)$/s.exec(message ?? '')?.[1] ?? 'fits']);
      }
      cases.push({ at, found });
    }
    objects.push({ path, object, cases });
  }
  await record('test/golden/schema/json-types.json', objects);
});
