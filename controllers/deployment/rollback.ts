/** The rollback that clients of extensions/v1beta1 asked for, and an annotation still can (rollback.go). */
import type { Frozen } from '../../server/base/freeze.ts';
import { goQuote } from '../../server/kube/go-quote.ts';
import type { Deployment, ReplicaSet } from '../../server/kube/types.gen.ts';
import { int64In, newestFirst, ROLLBACK_TO, revisionOf, rolledBackAnnotations } from './annotations.ts';
import { createNewSet } from './new-replica-set.ts';
import type { Pass } from './pass.ts';
import { sameTemplate, withoutHash } from './replica-sets.ts';

/** The revision that the deployment is asked to go back to; 0 is the one before the present. */
export function rollbackTarget({ metadata }: Frozen<Deployment>): bigint | undefined {
  return int64In(metadata.annotations?.[ROLLBACK_TO] ?? '');
}

/** Gives the deployment the template of an older revision. In any case it is not asked any more afterwards. */
export async function rollBack(pass: Pass, asked: bigint): Promise<void> {
  if (!pass.newSet) await createNewSet(pass);
  const target = asked === 0n ? lastRevision(pass.sets) : asked;
  const set = target === 0n ? undefined : pass.sets.find((candidate) => revisionOf(candidate) === target);
  const { deployment } = pass;
  const { name = '' } = deployment.metadata;
  if (!set?.spec.template) {
    const message = target === 0n ? 'Unable to find last revision.' : 'Unable to find the revision to rollback to.';
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
function lastRevision(sets: readonly Frozen<ReplicaSet>[]): bigint {
  const revisions = sets.map((set) => revisionOf(set) ?? 0n).sort(newestFirst);
  return revisions[1] ?? 0n;
}

function notAsked(deployment: Frozen<Deployment>): Frozen<Deployment> {
  const { [ROLLBACK_TO]: _, ...annotations } = deployment.metadata.annotations ?? {};
  return { ...deployment, metadata: { ...deployment.metadata, annotations } };
}
