/** The claims that a pod brings along (syncPod). */
import type { Frozen } from '../../server/base/freeze.ts';
import { ApiError } from '../../server/kube/api-error.ts';
import type { KubeObject } from '../../server/kube/object.ts';
import type {
  Pod,
  PodResourceClaim,
  ResourceClaimTemplate,
  ResourceV1ResourceClaim,
} from '../../server/kube/types.gen.ts';
import type { ControllerEnv } from '../lib/controller.ts';
import type { OwnWrites } from '../lib/own-writes.ts';
import { PODS } from '../lib/pods.ts';
import {
  canBeReserved,
  claimNameOf,
  isReservedFor,
  ownershipProblem,
  podClaimsOf,
  RESOURCE_CLAIM_TEMPLATES,
  RESOURCE_CLAIMS,
  type ResourceClaim,
  reservedFor,
} from '../lib/resource-claims.ts';

/** On claims: which entry of the pod they are made for. */
const POD_CLAIM_NAME = 'resource.kubernetes.io/pod-claim-name';

const MANAGER = 'ResourceClaimController';

/** Names have 63 characters: room for a hyphen and five random ones. */
const BASE_LENGTH_MAX = 57;

export type OwnClaims = OwnWrites<ResourceV1ResourceClaim>;

/** Whether something is to be done for a pod just now (podNeedsWork). */
export function needsWork(pod: Frozen<Pod>, env: ControllerEnv): boolean {
  if (pod.metadata.deletionTimestamp !== undefined) return false;
  const { namespace = '' } = pod.metadata;
  return podClaimsOf(pod).some((entry) => {
    const { name, isGenerated } = claimNameOf(pod, entry);
    if (name === undefined) return true;
    if (name === '') return false;
    const claim = env.lister<ResourceV1ResourceClaim>(RESOURCE_CLAIMS).get({ namespace, name });
    if (!claim) return isGenerated;
    if (isGenerated && ownershipProblem(pod, claim) !== undefined) return false;
    return isToBeReserved(pod, claim);
  });
}

/** Whoever chose the node of a pod himself leaves the reservation to us. */
function isToBeReserved(pod: Frozen<Pod>, claim: ResourceClaim): boolean {
  return !!pod.spec.nodeName && !!claim.status.allocation && !isReservedFor(pod, claim) && canBeReserved(claim);
}

/** Makes claims from templates, and reserves those that have devices already. */
export async function syncPod(pod: Frozen<Pod>, own: OwnClaims, env: ControllerEnv): Promise<void> {
  if (pod.metadata.deletionTimestamp !== undefined) return;
  const made = new Map<string, string>();
  for (const entry of podClaimsOf(pod)) {
    try {
      const name = await claimFor(pod, entry, own, env);
      if (name !== undefined) made.set(entry.name, name);
    } catch (error) {
      const problem = `PodResourceClaim ${entry.name}: ${(error as Error).message}`;
      env.event(pod, 'Warning', 'FailedResourceClaimCreation', problem);
      throw error;
    }
  }
  if (made.size > 0) await tellPod(pod, made, env);
  if (!pod.spec.nodeName) return;
  const { namespace = '' } = pod.metadata;
  for (const entry of podClaimsOf(pod)) {
    const { name = '', isGenerated } = claimNameOf(pod, entry);
    const claim = env.lister<ResourceV1ResourceClaim>(RESOURCE_CLAIMS).get({ namespace, name });
    if (!claim || !isToBeReserved(pod, claim)) continue;
    if (isGenerated && ownershipProblem(pod, claim) !== undefined) continue;
    await env.client.update(RESOURCE_CLAIMS, reservedFor(pod, claim), 'status');
  }
}

/** @returns the name of a claim that the status of the pod does not tell yet */
async function claimFor(
  pod: Frozen<Pod>,
  entry: Frozen<PodResourceClaim>,
  own: OwnClaims,
  env: ControllerEnv,
): Promise<string | undefined> {
  const { name, isGenerated } = claimNameOf(pod, entry);
  if (!isGenerated || name === '') return undefined;
  if (name !== undefined && (await isThere(pod, name, own, env))) return undefined;
  const claims = env.lister<ResourceV1ResourceClaim>(RESOURCE_CLAIMS).ownedBy(pod.metadata.uid ?? '');
  const before = own
    .merge(claims)
    .find(
      (claim) =>
        claim.metadata.annotations?.[POD_CLAIM_NAME] === entry.name && ownershipProblem(pod, claim) === undefined,
    );
  const claim = before ?? (await create(pod, entry, env));
  own.wrote(claim);
  return claim.metadata.name;
}

/** Whether a claim that was made is still there; otherwise it is made anew. */
async function isThere(pod: Frozen<Pod>, name: string, own: OwnClaims, env: ControllerEnv): Promise<boolean> {
  const { namespace = '' } = pod.metadata;
  const key = { namespace, name };
  const listed = env.lister<ResourceV1ResourceClaim>(RESOURCE_CLAIMS).get(key);
  let claim = own.latest(`${namespace}/${name}`, listed);
  if (!claim) {
    try {
      claim = await env.client.get<ResourceV1ResourceClaim>(RESOURCE_CLAIMS, key);
    } catch (error) {
      if (error instanceof ApiError && error.code === 404) return false;
      throw error;
    }
  }
  return ownershipProblem(pod, claim) === undefined;
}

async function create(
  pod: Frozen<Pod>,
  { name, resourceClaimTemplateName = '' }: Frozen<PodResourceClaim>,
  env: ControllerEnv,
): Promise<ResourceClaim> {
  const { namespace = '', name: podName = '', uid = '' } = pod.metadata;
  const key = { namespace, name: resourceClaimTemplateName };
  const template = env.lister<ResourceClaimTemplate>(RESOURCE_CLAIM_TEMPLATES).get(key);
  if (!template) {
    const missing = `resourceclaimtemplate.resource.k8s.io "${resourceClaimTemplateName}" not found`;
    throw new Error(`resource claim template "${resourceClaimTemplateName}": ${missing}`);
  }
  const { labels, annotations } = template.spec.metadata ?? {};
  const claim: KubeObject & { spec: object } = {
    metadata: {
      namespace,
      generateName: generateName(podName, name),
      annotations: { ...annotations, [POD_CLAIM_NAME]: name },
      ...(labels && { labels }),
      ownerReferences: [{ apiVersion: 'v1', kind: 'Pod', name: podName, uid, controller: true }],
    },
    spec: template.spec.spec,
  };
  return env.client.create<ResourceV1ResourceClaim>(RESOURCE_CLAIMS, claim);
}

/** Of names that are too long for one both are cut, in proportion. */
function generateName(pod: string, entry: string): string {
  const whole = `${pod}-${entry}-`;
  if (whole.length <= BASE_LENGTH_MAX) return whole;
  const cut = (text: string, length: number): string =>
    text.slice(0, Math.floor((text.length * BASE_LENGTH_MAX) / length));
  const first = `${cut(pod, whole.length)}-`;
  return first + cut(entry, whole.length);
}

async function tellPod(pod: Frozen<Pod>, made: ReadonlyMap<string, string>, env: ControllerEnv): Promise<void> {
  const { namespace = '', name = '' } = pod.metadata;
  const names = new Map(made);
  for (const { name: entry, resourceClaimName } of pod.status.resourceClaimStatuses ?? [])
    if (resourceClaimName !== undefined && !names.has(entry)) names.set(entry, resourceClaimName);
  const resourceClaimStatuses = [...names]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([entry, resourceClaimName]) => ({ name: entry, resourceClaimName }));
  const object = { apiVersion: 'v1', kind: 'Pod', metadata: { namespace, name }, status: { resourceClaimStatuses } };
  await env.client.apply(PODS, object, MANAGER, 'status');
}
