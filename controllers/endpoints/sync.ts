/** One service and its Endpoints object: pkg/controller/endpoint, syncService. */
import { deepEqual, type Frozen, getOwn, setOwn } from '../../server/base/freeze.ts';
import type { EndpointSubset, Endpoints, Pod, Service } from '../../server/kube/types.gen.ts';
import { isHeadless } from '../lib/service-endpoints/pod-endpoint.ts';
import { TRIGGER_TIME } from '../lib/service-endpoints/trigger-time.ts';
import type { SubsetBuilder } from './subsets.ts';
import { truncated } from './truncation.ts';

const MANAGED_BY = 'endpoints.kubernetes.io/managed-by';
const HEADLESS = 'service.kubernetes.io/headless';
const OVER_CAPACITY = 'endpoints.kubernetes.io/over-capacity';
const MANAGER = 'endpoint-controller';

type StringMap = Record<string, string>;

/** The labels of the service, and two of the controller's own. */
function labelsOf(service: Frozen<Service>): StringMap {
  const labels: StringMap = {};
  for (const [key, value] of Object.entries(service.metadata.labels ?? {})) setOwn(labels, key, value);
  if (isHeadless(service)) labels[HEADLESS] = '';
  else delete labels[HEADLESS];
  labels[MANAGED_BY] = MANAGER;
  return labels;
}

const unreserved = (labels: Frozen<StringMap> | undefined): [string, string][] =>
  Object.entries(labels ?? {}).filter(([key]) => key !== HEADLESS && key !== MANAGED_BY);

/** Upstream does not look at the headless label: a service cannot become or stop being headless. */
function hasLabelsOf(current: Frozen<Endpoints>, service: Frozen<Service>): boolean {
  const { labels = {} } = current.metadata;
  if (getOwn(labels, MANAGED_BY) !== MANAGER) return false;
  const own = unreserved(labels);
  const wanted = service.metadata.labels;
  return own.length === unreserved(wanted).length && own.every(([key, value]) => getOwn(wanted, key) === value);
}

function hasAnnotation({ metadata }: Frozen<Endpoints>, key: string): boolean {
  return getOwn(metadata.annotations, key) !== undefined;
}

/**
 * The Endpoints object that a service should have.
 *
 * @param triggerTime the time of the change that led here
 * @returns undefined when `current` is right already
 */
export function desiredEndpoints(
  builder: SubsetBuilder,
  pods: Iterable<Frozen<Pod>>,
  current: Frozen<Endpoints> | undefined,
  triggerTime: string | undefined,
): Endpoints | undefined {
  const { service } = builder;
  const all = builder.subsets(pods);
  const fewer = truncated(all);
  const subsets = fewer ?? all;
  if (current && isRight(current, service, subsets, fewer !== undefined)) return undefined;
  const annotations: StringMap = {};
  for (const [key, value] of Object.entries(current?.metadata.annotations ?? {})) setOwn(annotations, key, value);
  if (triggerTime === undefined) delete annotations[TRIGGER_TIME];
  else annotations[TRIGGER_TIME] = triggerTime;
  if (fewer) annotations[OVER_CAPACITY] = 'truncated';
  else delete annotations[OVER_CAPACITY];
  const { namespace = '', name = '' } = service.metadata;
  const metadata = {
    ...(current?.metadata as Endpoints['metadata'] | undefined),
    namespace,
    name,
    labels: labelsOf(service),
    annotations,
  };
  return { metadata, ...(subsets.length > 0 && { subsets }) };
}

function isRight(
  current: Frozen<Endpoints>,
  service: Frozen<Service>,
  subsets: readonly EndpointSubset[],
  isTruncated: boolean,
): boolean {
  if (hasAnnotation(current, OVER_CAPACITY) !== isTruncated || !hasLabelsOf(current, service)) return false;
  return deepEqual(withoutVersions(current.subsets ?? []), subsets);
}

/** Versions of pods do not count; upstream writes none. */
function withoutVersions(subsets: readonly Frozen<EndpointSubset>[]): readonly unknown[] {
  const hasVersion = ({ addresses = [], notReadyAddresses = [] }: Frozen<EndpointSubset>): boolean =>
    [...addresses, ...notReadyAddresses].some(({ targetRef }) => targetRef?.resourceVersion !== undefined);
  if (!subsets.some(hasVersion)) return subsets;
  return JSON.parse(JSON.stringify(subsets), (key, value) => (key === 'resourceVersion' ? undefined : value));
}
