/** The security context of a container as its processes meet it: k8s.io/kubernetes/pkg/securitycontext, containerd. */
import type { Frozen } from '../../../../server/base/freeze.ts';
import type { Pod } from '../../../../server/kube/types.gen.ts';
import { ALL_CAPABILITIES, type Capabilities, DEFAULT_CAPABILITIES, type Privileges } from '../machine/privileges.ts';
import type { AnyContainer } from '../pod-runtime.ts';

const nameOf = (capability: string): string => capability.toUpperCase().replace(/^CAP_/, '');

function capabilitiesOf({ securityContext }: AnyContainer): Capabilities {
  if (securityContext?.privileged) return ALL_CAPABILITIES;
  const { add, drop } = securityContext?.capabilities ?? {};
  const [added, dropped] = [new Set(add?.map(nameOf)), new Set(drop?.map(nameOf))];
  const all = new Set(added.has('ALL') ? ALL_CAPABILITIES : dropped.has('ALL') ? [] : DEFAULT_CAPABILITIES);
  for (const name of added) if (ALL_CAPABILITIES.has(name)) all.add(name);
  for (const name of dropped) if (!added.has(name)) all.delete(name);
  return all;
}

/** What the processes of a container may do. */
export function privilegesOf(pod: Frozen<Pod>, container: AnyContainer): Privileges {
  const {
    privileged,
    allowPrivilegeEscalation,
    seccompProfile = pod.spec.securityContext?.seccompProfile,
  } = container.securityContext ?? {};
  const profile = privileged ? undefined : (seccompProfile ?? pod.spec.securityContext?.seccompProfile);
  return {
    capabilities: capabilitiesOf(container),
    noNewPrivileges: allowPrivilegeEscalation === false,
    isFiltered: profile !== undefined && profile.type !== 'Unconfined',
  };
}

/** Where a node keeps the profiles that pods name. */
const PROFILES = '/var/lib/kubelet/seccomp';

/**
 * Why a container runtime cannot make a container.
 *
 * @param hasFile whether the node has a file
 */
export function creationProblem(
  pod: Frozen<Pod>,
  { securityContext }: AnyContainer,
  hasFile: (path: string) => boolean,
): string | undefined {
  const profile = securityContext?.seccompProfile ?? pod.spec.securityContext?.seccompProfile;
  if (securityContext?.privileged || profile?.type !== 'Localhost') return undefined;
  const path = `${PROFILES}/${profile.localhostProfile ?? ''}`;
  if (hasFile(path)) return undefined;
  return (
    `failed to generate container spec: failed to generate seccomp spec opts: cannot load seccomp profile "${path}": ` +
    `open ${path}: no such file or directory`
  );
}

/** Whom a container runs as, as far as its pod says so. */
export function userOf(
  pod: Frozen<Pod>,
  container: AnyContainer,
  imageUser: number | undefined,
): { readonly uid: number; readonly gid?: number; readonly groups: readonly number[]; readonly isStrict: boolean } {
  const [own, ofPod] = [container.securityContext, pod.spec.securityContext];
  const { supplementalGroups, fsGroup, supplementalGroupsPolicy } = ofPod ?? {};
  const gid = own?.runAsGroup ?? ofPod?.runAsGroup;
  return {
    uid: own?.runAsUser ?? ofPod?.runAsUser ?? imageUser ?? 0,
    ...(gid !== undefined && { gid }),
    groups: [...(supplementalGroups ?? []), ...(fsGroup === undefined ? [] : [fsGroup])],
    isStrict: supplementalGroupsPolicy === 'Strict',
  };
}
