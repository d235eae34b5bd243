/** Checks of both levels that ask how the kernel confines containers: AppArmor, seccomp, SELinux. */

import type { Frozen } from '../../base/freeze.ts';
import { getOwn } from '../../base/freeze.ts';
import { goQuote } from '../../kube/go-quote.ts';
import type { SELinuxOptions } from '../../kube/types.gen.ts';
import {
  type CheckPod,
  containersOf,
  containersWith,
  isWindows,
  named,
  plural,
  quoted,
  setters,
  sortedSet,
} from './violation.ts';

const APP_ARMOR = 'container.apparmor.security.beta.kubernetes.io/';
const SECCOMP_POD = 'seccomp.security.alpha.kubernetes.io/pod';
const SECCOMP_CONTAINER = 'container.seccomp.security.alpha.kubernetes.io/';

const isSafeProfile = (type: string | undefined): boolean => type === 'RuntimeDefault' || type === 'Localhost';

/** The types that somebody sets and nobody may, with who it is. */
function unsafeProfiles({ spec }: Parameters<CheckPod>[0], field: 'appArmorProfile' | 'seccompProfile') {
  const podProfile = spec.securityContext?.[field];
  const isPodBad = podProfile !== undefined && !isSafeProfile(podProfile.type);
  const containers = containersOf(spec).filter(({ securityContext }) => {
    const profile = securityContext?.[field];
    return profile !== undefined && !isSafeProfile(profile.type);
  });
  const types = containers.map(({ securityContext }) => securityContext?.[field]?.type ?? '');
  return {
    who: setters(
      isPodBad,
      containers.map(({ name }) => name),
    ),
    types: sortedSet(isPodBad ? [podProfile.type, ...types] : types),
    isPodSafe: podProfile !== undefined && !isPodBad,
  };
}

export const appArmorProfile: CheckPod = (pod) => {
  const { who, types } = unsafeProfiles(pod, 'appArmorProfile');
  const annotations = Object.entries(pod.metadata.annotations ?? {})
    .filter(([key, value]) => key.startsWith(APP_ARMOR) && !isSafeAnnotation(value))
    .map(([key, value]) => `${key}=${goQuote(value)}`)
    .sort();
  const setBy = [
    ...(who === '' ? [] : [who]),
    ...(annotations.length > 0 ? [plural('annotation', annotations.length)] : []),
  ];
  if (setBy.length === 0) return undefined;
  const values = [...types, ...annotations];
  return {
    reason: plural('forbidden AppArmor profile', values.length),
    detail: `${setBy.join(' and ')} must not set AppArmor profile type to ${quoted(values)}`,
  };
};

const isSafeAnnotation = (profile: string): boolean =>
  profile === '' || profile === 'runtime/default' || profile.startsWith('localhost/');

/** Before seccomp had fields. */
export const seccompAnnotations: CheckPod = ({ metadata, spec }) => {
  const keys = [SECCOMP_POD, ...containersOf(spec).map(({ name }) => `${SECCOMP_CONTAINER}${name}`)];
  const bad = keys.flatMap((key) => {
    const value = getOwn(metadata.annotations, key);
    const isSafe =
      value === undefined ||
      value === 'runtime/default' ||
      value === 'docker/default' ||
      value.startsWith('localhost/');
    return isSafe ? [] : [`${key}=${goQuote(value)}`];
  });
  if (bad.length === 0) return undefined;
  const annotations = sortedSet(bad);
  const detail = `forbidden ${plural('annotation', annotations.length)} ${annotations.join(', ')}`;
  return { reason: 'seccompProfile', detail };
};

export const seccompProfile: CheckPod = (pod) => {
  const { who, types } = unsafeProfiles(pod, 'seccompProfile');
  if (who === '') return undefined;
  return {
    reason: 'seccompProfile',
    detail: `${who} must not set securityContext.seccompProfile.type to ${quoted(types)}`,
  };
};

export const requiredSeccompProfile: CheckPod = (pod) => {
  const explicit = seccompProfile(pod);
  if (explicit || unsafeProfiles(pod, 'seccompProfile').isPodSafe) return explicit;
  const bad = containersWith(pod.spec, ({ securityContext }) => securityContext?.seccompProfile === undefined);
  if (bad.length === 0) return undefined;
  const must = 'must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost"';
  return { reason: 'seccompProfile', detail: `pod or ${named('container', bad)} ${must}` };
};

export const requiredSeccompProfileOnLinux: CheckPod = (pod) =>
  isWindows(pod.spec) ? undefined : requiredSeccompProfile(pod);

/** @param types beyond none at all */
export function seLinuxOptions(types: readonly string[]): CheckPod {
  const isGood = ({ type = '', user = '', role = '' }: Frozen<SELinuxOptions>): boolean =>
    (type === '' || types.includes(type)) && user === '' && role === '';
  return ({ spec }) => {
    const bad: Frozen<SELinuxOptions>[] = [];
    const isBad = (options: Frozen<SELinuxOptions> | undefined): boolean => {
      if (!options || isGood(options)) return false;
      bad.push(options);
      return true;
    };
    const isPodBad = isBad(spec.securityContext?.seLinuxOptions);
    const who = setters(
      isPodBad,
      containersWith(spec, ({ securityContext }) => isBad(securityContext?.seLinuxOptions)),
    );
    if (who === '') return undefined;
    const wrongTypes = sortedSet(bad.flatMap(({ type = '' }) => (type === '' || types.includes(type) ? [] : [type])));
    const what = wrongTypes.length > 0 ? [named('type', wrongTypes)] : [];
    if (bad.some(({ user }) => user)) what.push('user may not be set');
    if (bad.some(({ role }) => role)) what.push('role may not be set');
    return {
      reason: 'seLinuxOptions',
      detail: `${who} set forbidden securityContext.seLinuxOptions: ${what.join('; ')}`,
    };
  };
}
