/** The rollback that clients of extensions/v1beta1 asked for, and an annotation still can (rollback.go). */
import type { Frozen } from '../../server/base/freeze.ts';
import { goQuote } from '../../server/kube/go-quote.ts';
import type { Deployment, ReplicaSet } from '../../server/kube/types.gen.ts';
import { ROLLBACK_TO, revisionOf, rolledBackAnnotations } from './annotations.ts';
import { createNewSet } from './new-replica-set.ts';
import type { Pass } from './pass.ts';
import { sameTemplate, withoutHash } from './replica-sets.ts';

/** The revision that the deployment is asked to go back to; 0 is the one before the present. */
export function rollbackTarget({ metadata }: Frozen<Deployment>): number | undefined {
  const text = metadata.annotations?.[ROLLBACK_TO] ?? '';
  return /^[-+]?\d+$/.test(text) ? Number(text) : undefined;
}

/** Gives the deployment the template of an older revision. In any case it is not asked any more afterwards. */
export async function rollBack(pass: Pass, asked: number): Promise<void> {
  if (!pass.newSet) await createNewSet(pass);
  const target = asked === 0 ? lastRevision(pass.sets) : asked;
  const set = target === 0 ? undefined : pass.sets.find((candidate) => revisionOf(candidate) === target);
  const { deployment } = pass;
  const { name = '' } = deployment.metadata;
  if (!set?.spec.template) {
    const message = target === 0 ? 'Unable to find last revision.' : 'Unable to find the revision to rollback to.';
    pass.event('Warning', 'DeploymentRollbackRevisionNotFound', message);
    await pass.writeDeployment(notAsked(deployment));
  } else if (sameTemplate(deployment.spec.template, set.spec.template)) {
    const message = `The rollback revision contains the same template as current deployment ${goQuote(name)}`;
    pass.event('Warning', 'DeploymentRollbackTemplateUnchanged', message);
    await pass.writeDeployment(notAsked(deployment));
  } else {
    const metadata = { ...deployment.metadata, annotations: rolledBackAnnotations(deployment, set) };
    const spec = { ...deployment.spec, template: withoutHash(set.spec.template) };
    await pass.writeDeployment({ ...deployment, metadata, spec });
    pass.event('Normal', 'DeploymentRollback', `Rolled back deployment ${goQuote(name)} to revision ${target}`);
  }
}

/** The second highest revision. */
function lastRevision(sets: readonly Frozen<ReplicaSet>[]): number {
  const revisions = sets.map((set) => revisionOf(set) ?? 0).sort((a, b) => b - a);
  return revisions[1] ?? 0;
}

function notAsked(deployment: Frozen<Deployment>): Frozen<Deployment> {
  const { [ROLLBACK_TO]: _, ...annotations } = deployment.metadata.annotations ?? {};
  return { ...deployment, metadata: { ...deployment.metadata, annotations } };
}
