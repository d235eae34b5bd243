/** What is written: three kinds whose content says which write it comes from. */

export const NAMESPACE = 'crash';

/** The content of one object. */
export interface Payload {
  /** The write that created it: changes leave it alone. */
  readonly made: string;
  /** The write that it comes from. */
  readonly n: string;
  /** Follows from name and write: half of one and half of another is found. */
  readonly text: string;
}

/** An object as a server shows it. */
export interface Shown {
  readonly metadata: {
    readonly name: string;
    readonly uid: string;
    readonly resourceVersion: string;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly data?: Partial<Payload>;
  readonly spec?: object;
}

export interface CrashKind {
  readonly name: 'ConfigMap' | 'Pod' | 'Wave';
  /** Below which its objects stand. */
  readonly path: string;
  /** Whether nobody but its writer changes its objects. */
  readonly isAlone: boolean;
  /** A whole object. */
  object(name: string, payload: Payload): object;
  /** A merge patch. */
  patch(payload: Partial<Payload>): object;
  payload(shown: Shown): Partial<Payload>;
}

const LABELS = { crash: 'yes' };
const metadataOf = (name: string) => ({ name, namespace: NAMESPACE, labels: LABELS });
const GATED = { schedulingGates: [{ name: 'crash/never' }], containers: [{ name: 'c', image: 'nginx' }] };

export const KINDS: readonly CrashKind[] = [
  {
    name: 'ConfigMap',
    path: `/api/v1/namespaces/${NAMESPACE}/configmaps`,
    isAlone: true,
    object: (name, data) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: metadataOf(name), data }),
    patch: (data) => ({ data }),
    payload: ({ data = {} }) => data,
  },
  {
    name: 'Pod',
    path: `/api/v1/namespaces/${NAMESPACE}/pods`,
    isAlone: false, // the scheduler tells of the gate
    object: (name, payload) => ({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { ...metadataOf(name), annotations: { ...payload } },
      spec: GATED,
    }),
    patch: (annotations) => ({ metadata: { annotations } }),
    payload: ({ metadata }) => metadata.annotations ?? {},
  },
  {
    name: 'Wave',
    path: `/apis/crash.example.com/v1/namespaces/${NAMESPACE}/waves`,
    isAlone: true,
    object: (name, spec) => ({
      apiVersion: 'crash.example.com/v1',
      kind: 'Wave',
      metadata: metadataOf(name),
      spec,
    }),
    patch: (spec) => ({ spec }),
    payload: ({ spec = {} }) => spec,
  },
];

/** Lists and watches leave out what the cluster makes by itself. */
export const ONLY_OURS = 'labelSelector=crash%3Dyes';

const string = { type: 'string' };
const properties = { spec: { type: 'object', properties: { made: string, n: string, text: string } } };

export const DEFINITION = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'waves.crash.example.com' },
  spec: {
    group: 'crash.example.com',
    scope: 'Namespaced',
    names: { plural: 'waves', singular: 'wave', kind: 'Wave', listKind: 'WaveList' },
    versions: [
      { name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object', properties } } },
    ],
  },
};

/** Mostly short; now and then longer than what a disk writes at once. */
export function textOf(name: string, n: number): string {
  const length = n % 12 === 0 ? 50_000 + (n % 7) * 4099 : (n * 131) % 1500;
  return `${name} ${n} `.repeat(Math.ceil(length / 10) + 1).slice(0, length + 1);
}
