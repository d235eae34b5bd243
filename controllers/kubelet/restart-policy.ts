/** Whether containers begin anew: k8s.io/kubernetes/pkg/api/v1/pod. */
import type { Frozen } from '../../server/base/freeze.ts';
import type { Container, PodSpec } from '../../server/kube/types.gen.ts';

type Spec = Pick<Frozen<PodSpec>, 'restartPolicy'>;
type Policied = Pick<Frozen<Container>, 'restartPolicy' | 'restartPolicyRules'>;

/** An init container that runs beside the others. */
export const isSidecar = ({ restartPolicy }: Policied): boolean => restartPolicy === 'Always';

/** Whether a container that has ended so begins anew (ContainerShouldRestart). */
export function shouldRestart(
  { restartPolicy, restartPolicyRules = [] }: Policied,
  pod: Spec,
  exitCode: number,
): boolean {
  if (restartPolicy !== undefined)
    for (const { exitCodes } of restartPolicyRules) {
      const isListed = exitCodes?.values?.includes(exitCode) ?? false;
      if (exitCodes?.operator === 'In' ? isListed : exitCodes?.operator === 'NotIn' && !isListed) return true;
    }
  return byPolicy(restartPolicy ?? pod.restartPolicy, exitCode);
}

/** The same for one that is stopped while it runs: it has no exit code yet that rules could look at. */
export function shouldRestartStopped({ restartPolicy }: Policied, pod: Spec): boolean {
  return (restartPolicy ?? pod.restartPolicy) !== 'Never';
}

function byPolicy(policy: string | undefined, exitCode: number): boolean {
  return policy === 'OnFailure' ? exitCode !== 0 : policy !== 'Never';
}
