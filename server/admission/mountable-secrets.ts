import { type Frozen, getOwn } from '../base/freeze.ts';
import type { Container, PodSpec, ServiceAccount } from '../kube/types.gen.ts';
import type { Review } from '../registry/admission-chain.ts';
import { finalRefusal } from './refusal.ts';

const ENFORCE = 'kubernetes.io/enforce-mountable-secrets';
/** What Go reads as true. */
const TRUE = ['1', 't', 'T', 'true', 'TRUE', 'True'];

/**
 * A service account with an old annotation limits its pods to the secrets that it lists.
 *
 * @throws ApiError 403
 */
export function checkMountableSecrets(review: Review, spec: PodSpec, account: Frozen<ServiceAccount>): void {
  if (!TRUE.includes(getOwn(account.metadata.annotations, ENFORCE) ?? '')) return;
  const listed = new Set((account.secrets ?? []).map(({ name }) => name));
  const end = `is not allowed because service account ${account.metadata.name ?? ''} does not reference that`;
  const refuse = (begin: string, secret: string): never => {
    throw finalRefusal(review, `${begin} secret.secretName="${secret}" ${end} secret`);
  };
  for (const { secret } of spec.volumes ?? []) {
    if (!secret || listed.has(secret.secretName)) continue;
    throw finalRefusal(review, `volume with secret.secretName="${secret.secretName ?? ''}" ${end} secret`);
  }
  const check = ({ name, env = [], envFrom = [] }: Container, kind: string): void => {
    for (const variable of env) {
      const reference = variable.valueFrom?.secretKeyRef;
      if (!reference || listed.has(reference.name)) continue;
      refuse(`${kind} ${name} with envVar ${variable.name} referencing`, reference.name ?? '');
    }
    for (const { secretRef } of envFrom) {
      if (secretRef && !listed.has(secretRef.name))
        refuse(`${kind} ${name} with envFrom referencing`, secretRef.name ?? '');
    }
  };
  for (const container of spec.initContainers ?? []) check(container, 'init container');
  for (const container of spec.containers ?? []) check(container, 'container');
  const pullSecrets = new Set((account.imagePullSecrets ?? []).map(({ name }) => name));
  (spec.imagePullSecrets ?? []).forEach(({ name = '' }, i) => {
    if (pullSecrets.has(name)) return;
    throw finalRefusal(review, `imagePullSecrets[${i}].name="${name}" ${end} imagePullSecret`);
  });
}
