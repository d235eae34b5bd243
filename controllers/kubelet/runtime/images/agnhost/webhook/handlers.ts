/** What the handlers of agnhost's webhook say of requests: k8s.io/kubernetes/test/images/agnhost/webhook. */
import {
  child,
  isAbout,
  type ReviewedRequest,
  refused,
  resourceText,
  textAt,
  textsOf,
  type Verdict,
} from './review.ts';

const UNDECODABLE = "couldn't get version/kind; json parse error: unexpected end of JSON input";
const KEY = 'webhook-e2e-test';
const LABEL = 'added-label';

/** Labels an object `added-label: yes`. */
export function addLabel({ object }: ReviewedRequest): Verdict {
  if (!object) return refused('unexpected end of JSON input');
  const labels = textsOf(child(child(object, 'metadata'), 'labels'));
  if (Object.keys(labels).length === 0)
    return allow([{ op: 'add', path: '/metadata/labels', value: { [LABEL]: 'yes' } }]);
  if (!Object.hasOwn(labels, LABEL)) return allow([{ op: 'add', path: `/metadata/labels/${LABEL}`, value: 'yes' }]);
  if (labels[LABEL] === 'yes') return { allowed: true };
  return allow([{ op: 'replace', path: `/metadata/labels/${LABEL}`, value: 'yes' }]);
}

const allow = (patch: readonly object[]): Verdict => ({ allowed: true, patch });

/** Refuses ConfigMaps and custom resources whose data says that they are not wanted, or not to be deleted. */
function admitData(what: string, { operation, object, oldObject }: ReviewedRequest): Verdict {
  const found = operation === 'DELETE' ? oldObject : object;
  if (!found) return refused(UNDECODABLE);
  const value = textAt(child(found, 'data'), KEY);
  if (value === 'webhook-disallow' && (operation === 'CREATE' || operation === 'UPDATE'))
    return { allowed: false, result: { reason: `the ${what} contains unwanted ${dataName(what)}` } };
  if (value === 'webhook-nondeletable' && operation === 'DELETE') {
    const reason = `the ${what} cannot be deleted because it contains unwanted key and value`;
    return { allowed: false, result: { reason } };
  }
  return { allowed: true };
}

const dataName = (what: string): string => (what === 'configmap' ? 'key and value' : 'data');

/** Two stages, so that one webhook can see what another has done. */
function mutateData({ object }: ReviewedRequest): Verdict {
  if (!object) return refused(UNDECODABLE);
  const data = child(object, 'data');
  const stage = (number: number): Verdict =>
    allow([{ op: 'add', path: `/data/mutation-stage-${number}`, value: 'yes' }]);
  if (textAt(data, 'mutation-stage-1') === 'yes') return stage(2);
  return textAt(data, 'mutation-start') === 'yes' ? stage(1) : { allowed: true };
}

const isConfigMap = (request: ReviewedRequest): boolean => isAbout(request, '', 'v1', 'configmaps');
const isPod = (request: ReviewedRequest): boolean => isAbout(request, '', 'v1', 'pods');

export const admitConfigMaps = (request: ReviewedRequest): Verdict =>
  isConfigMap(request) ? admitData('configmap', request) : 'hangs up';
export const mutateConfigMaps = (request: ReviewedRequest): Verdict =>
  isConfigMap(request) ? mutateData(request) : 'hangs up';
export const admitCustomResource = (request: ReviewedRequest): Verdict => admitData('custom resource', request);
export const mutateCustomResource = mutateData;

const DEFINITIONS = 'apiextensions.k8s.io';

/** Refuses definitions with a label that is not wanted. */
export function admitDefinition(request: ReviewedRequest): Verdict {
  const known = ['v1beta1', 'v1'].map((version) => ({
    group: DEFINITIONS,
    version,
    resource: 'customresourcedefinitions',
  }));
  if (!known.some(({ group, version, resource }) => isAbout(request, group, version, resource))) {
    const wanted = known.map(resourceText).join(', ');
    return refused(`expect resource to be one of [${wanted}] but got ${resourceText(request.resource)}`);
  }
  if (!request.object) return refused(UNDECODABLE);
  const label = textAt(child(child(request.object, 'metadata'), 'labels'), KEY);
  return label === 'webhook-disallow' ? refused('the crd contains unwanted label') : { allowed: true };
}

/** @returns undefined where upstream's handler never answers */
export function admitPods(request: ReviewedRequest): Verdict | undefined {
  if (!isPod(request)) return refused(`expect resource to be ${resourceText({ version: 'v1', resource: 'pods' })}`);
  const { object } = request;
  if (!object) return refused(UNDECODABLE);
  const label = textAt(child(child(object, 'metadata'), 'labels'), KEY);
  if (label === 'wait-forever') return undefined;
  const faults = label === 'webhook-disallow' ? ['the pod contains unwanted label;'] : [];
  for (const container of containersOf(object, 'containers'))
    if (textAt(container, 'name')?.includes('webhook-disallow'))
      faults.push('the pod contains unwanted container name;');
  return faults.length === 0 ? { allowed: true } : refused(faults.join(' '));
}

function containersOf(pod: unknown, kind: 'containers' | 'initContainers'): readonly unknown[] {
  const containers = child(child(pod, 'spec'), kind);
  return Array.isArray(containers) ? containers : [];
}

const has = (containers: readonly unknown[], name: string): boolean =>
  containers.some((container) => textAt(container, 'name') === name);

/** Gives one pod an init container. */
export function mutatePods(request: ReviewedRequest): Verdict {
  if (!isPod(request)) return 'hangs up';
  const { object } = request;
  if (!object) return refused(UNDECODABLE);
  const name = 'webhook-added-init-container';
  if (textAt(child(object, 'metadata'), 'name') !== 'webhook-to-be-mutated') return { allowed: true };
  if (has(containersOf(object, 'initContainers'), name)) return { allowed: true };
  return allow([
    { op: 'add', path: '/spec/initContainers', value: [{ image: 'webhook-added-image', name, resources: {} }] },
  ]);
}

/** Gives every pod one more container. */
export function mutatePodsSidecar(request: ReviewedRequest, image: string): Verdict {
  if (image === '') {
    const message = 'No image specified by the sidecar-image parameter';
    return { allowed: false, result: { status: 'Failure', message, code: 500 } };
  }
  if (!isPod(request)) return 'hangs up';
  const { object } = request;
  if (!object) return refused(UNDECODABLE);
  const name = 'webhook-added-sidecar';
  if (has(containersOf(object, 'containers'), name)) return { allowed: true };
  return allow([{ op: 'add', path: '/spec/containers/-', value: { image, name, resources: {} } }]);
}

/** Nobody may attach to one container of one pod. */
export function denyAttaching(request: ReviewedRequest): Verdict {
  if (request.name !== 'to-be-attached-pod') return { allowed: true };
  if (!isPod(request)) {
    const wanted = resourceText({ version: 'v1', resource: 'pods' });
    return refused(`expect resource to be ${wanted}, got ${resourceText(request.resource)}`);
  }
  const { subResource = '', object } = request;
  if (subResource !== 'attach') return refused(`expect subresource to be attach, got ${subResource}`);
  if (!object) return refused(UNDECODABLE);
  if (child(object, 'stdin') !== true || textAt(object, 'container') !== 'container1') return { allowed: true };
  return refused("attaching to pod 'to-be-attached-pod' is not allowed");
}
