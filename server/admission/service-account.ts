/** Pods run as a service account and get a token of it: ServiceAccount. */
import { type Frozen, getOwn } from '../base/freeze.ts';
import { nextTurn } from '../base/turn.ts';
import { secretNames } from '../kube/pod-references.ts';
import type { Pod, PodSpec, ServiceAccount } from '../kube/types.gen.ts';
import type { Review } from '../registry/admission-chain.ts';
import { checkMountableSecrets } from './mountable-secrets.ts';
import { type AdmissionEnv, type AdmissionPlugin, isObjectOf } from './plugin.ts';
import { refusal } from './refusal.ts';
import { mountToken } from './token-volume.ts';

const DEFAULT_NAME = 'default';
const MIRROR = 'kubernetes.io/config.mirror';

/** How long a pod waits for the `default` account of a new namespace: turns of the event loop, not time. */
const WAIT_TURNS = 20;

export function serviceAccount(env: AdmissionEnv): AdmissionPlugin {
  return {
    name: 'ServiceAccount',
    handles: (kind) => kind.operation === 'create' && isObjectOf(kind, 'pods'),
    mutate(review) {
      const pod = review.object as unknown as Pod;
      if (isMirror(pod)) return checkMirror(review, pod.spec);
      const { spec } = pod;
      if (!spec.serviceAccountName) {
        spec.serviceAccountName = DEFAULT_NAME;
        spec.serviceAccount = DEFAULT_NAME;
      }
      const account = accountOf(review, spec, env);
      // Others are not made to wait where nobody has to.
      if (!account) return awaitDefault(review, spec, env).then((found) => runAs(found, review, spec, env));
      runAs(account, review, spec, env);
    },
    validate(review) {
      const pod = review.object as unknown as Pod;
      const { spec } = pod;
      if (isMirror(pod)) return checkMirror(review, spec);
      if (!spec.serviceAccountName) {
        const { namespace, name } = review.key;
        throw refusal(review, `no service account specified for pod ${namespace}/${name}`);
      }
      const account = accountOf(review, spec, env);
      if (!account) throw missing(review, spec);
      checkMountableSecrets(review, spec, account);
    },
  };
}

/** @throws ApiError 403 without an account */
function runAs(account: Frozen<ServiceAccount> | undefined, review: Review, spec: PodSpec, env: AdmissionEnv): void {
  if (!account) throw missing(review, spec);
  const mounts = spec.automountServiceAccountToken ?? account.automountServiceAccountToken ?? true;
  if (mounts) {
    const { namespace = '', name, generateName } = review.object?.metadata ?? {};
    mountToken(spec, env.random.of(`token volume ${namespace}/${name || generateName}`));
  }
  const pullSecrets = account.imagePullSecrets ?? [];
  if (!spec.imagePullSecrets?.length && pullSecrets.length > 0) {
    spec.imagePullSecrets = pullSecrets.map(({ name = '' }) => ({ name }));
  }
}

function accountOf({ key }: Review, spec: PodSpec, env: AdmissionEnv): Frozen<ServiceAccount> | undefined {
  const found = env.find('serviceaccounts', { namespace: key.namespace, name: spec.serviceAccountName ?? '' });
  return found?.value as unknown as Frozen<ServiceAccount> | undefined;
}

/**
 * A controller makes the `default` account of a new namespace. Upstream waits up to two seconds for it; controllers in
 * this process are done after a few turns of the event loop, and counting turns works with a clock that stands still.
 */
async function awaitDefault(
  review: Review,
  spec: PodSpec,
  env: AdmissionEnv,
): Promise<Frozen<ServiceAccount> | undefined> {
  if (spec.serviceAccountName !== DEFAULT_NAME) return undefined;
  for (let turn = 0; turn < WAIT_TURNS; turn++) {
    await nextTurn();
    const account = accountOf(review, spec, env);
    if (account) return account;
  }
  return undefined;
}

function missing(review: Review, { serviceAccountName = '' }: PodSpec): Error {
  const looking = `error looking up service account ${review.key.namespace}/${serviceAccountName}`;
  return refusal(review, `${looking}: serviceaccount "${serviceAccountName}" not found`);
}

/** A mirror pod shows what a node runs from a file: nothing may be added to it, and it has no part in the cluster. */
function isMirror({ metadata }: Pod): boolean {
  return getOwn(metadata.annotations, MIRROR) !== undefined;
}

function checkMirror(review: Review, spec: PodSpec): void {
  if (spec.serviceAccountName) throw refusal(review, 'a mirror pod may not reference service accounts');
  if (secretNames(spec).length > 0) throw refusal(review, 'a mirror pod may not reference secrets');
  const projections = (spec.volumes ?? []).flatMap(({ projected }) => projected?.sources ?? []);
  if (projections.some(({ serviceAccountToken }) => serviceAccountToken !== undefined)) {
    throw refusal(review, 'a mirror pod may not use ServiceAccountToken volume projections');
  }
}
