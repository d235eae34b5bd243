/** Cases of the endpoints controllers: services, pods, and the objects that tell of them. */
import type { Frozen } from '../../../server/base/freeze.ts';
import type { KubeObject } from '../../../server/kube/object.ts';
import type { CaseApi } from './api.ts';

interface Named {
  readonly name: string;
  readonly labels?: Record<string, string>;
  readonly finalizers?: readonly string[];
  readonly spec: object;
}

export interface ServiceCase {
  readonly name: string;
  readonly services: readonly Named[];
  readonly pods: readonly Named[];
  /** Names of pods that are deleted when everything is ready. */
  readonly remove?: readonly string[];
}

export interface ServiceResult {
  readonly endpoints: readonly unknown[];
  readonly slices: readonly unknown[];
}

export interface ServiceCaseApi extends CaseApi {
  /** Resolves when every pod that has a node runs and is ready. */
  podsReady(namespace: string): Promise<void>;
}

/** Plays a case in a namespace that exists already. */
export async function playServices(one: ServiceCase, namespace: string, api: ServiceCaseApi): Promise<ServiceResult> {
  for (const [resource, kind, list] of [
    ['v1/services', 'Service', one.services],
    ['v1/pods', 'Pod', one.pods],
  ] as const) {
    for (const { name, labels, finalizers, spec } of list) {
      const metadata = {
        namespace,
        name,
        ...(labels && { labels }),
        ...(finalizers && { finalizers: [...finalizers] }),
      };
      await api.create(resource, { kind, apiVersion: 'v1', metadata, spec });
    }
  }
  await api.podsReady(namespace);
  await api.settle();
  const names = await placeholders(namespace, api);
  for (const name of one.remove ?? []) await api.remove('v1/pods', { namespace, name }, 'Background');
  await api.settle();
  const read = async (resource: string): Promise<unknown[]> => {
    const objects = (await api.list(resource, namespace)).filter(({ metadata }) => metadata.name !== 'kubernetes');
    return objects.map((object) => plain(object, names)).sort(byText);
  };
  return { endpoints: await read('v1/endpoints'), slices: await read('discovery.k8s.io/v1/endpointslices') };
}

/** What differs from run to run, and what stands for it. */
async function placeholders(namespace: string, api: CaseApi): Promise<Map<string, string>> {
  const names = new Map([[namespace, '<namespace>']]);
  for (const resource of ['v1/services', 'v1/pods']) {
    for (const { metadata, status } of await api.list(resource, namespace)) {
      names.set(metadata.uid ?? '', `<uid of ${metadata.name}>`);
      const { podIP } = (status ?? {}) as { podIP?: string };
      if (podIP !== undefined) names.set(podIP, `<ip of ${metadata.name}>`);
    }
  }
  return names;
}

const TRIGGER_TIME = 'endpoints.kubernetes.io/last-change-trigger-time';
const IDENTITY = ['apiVersion', 'kind', 'metadata'];
const OWN = ['uid', 'resourceVersion', 'generation', 'creationTimestamp', 'managedFields', 'namespace'];
/** Lists whose order upstream leaves to chance, or to addresses. */
const UNORDERED = ['addresses', 'endpoints', 'notReadyAddresses', 'subsets'];

const byText = (a: unknown, b: unknown): number => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1);

function plain(object: Frozen<KubeObject>, names: ReadonlyMap<string, string>): unknown {
  const { metadata } = object;
  const fields = Object.entries(object).filter(([field]) => !IDENTITY.includes(field));
  const shown = Object.fromEntries(Object.entries(metadata).filter(([field]) => !OWN.includes(field)));
  // Whether the last write had a time to tell depends on which changes it gathered.
  const annotations = Object.entries(metadata.annotations ?? {}).filter(([key]) => key !== TRIGGER_TIME);
  if (annotations.length > 0) shown.annotations = Object.fromEntries(annotations);
  else delete shown.annotations;
  if (typeof metadata.generateName === 'string') shown.name = `${metadata.generateName}<random>`;
  return value({ metadata: shown, ...Object.fromEntries(fields) }, names);
}

/** The same value with placeholders, its fields in the order of their names, unordered lists sorted. */
function value(input: unknown, names: ReadonlyMap<string, string>, field = ''): unknown {
  if (typeof input === 'string') return names.get(input) ?? input;
  if (typeof input !== 'object' || input === null) return input;
  if (Array.isArray(input)) {
    const items = input.map((item) => value(item, names));
    return UNORDERED.includes(field) ? items.sort(byText) : items;
  }
  const entries = Object.entries(input).map(([key, inner]) => [key, value(inner, names, key)] as const);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}
