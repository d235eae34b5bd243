import { deepEqual, getOwn } from '../../base/freeze.ts';
import type { AppArmorProfile, Pod } from '../../kube/types.gen.ts';

const PREFIX = 'container.apparmor.security.beta.kubernetes.io/';
const LOCALHOST = 'localhost/';
const PROFILE_BYTES_MAX = 4095;

/** What an annotation says; undefined when no field could say it. */
function profileOf(annotation: string): AppArmorProfile | undefined {
  if (annotation === 'unconfined') return { type: 'Unconfined' };
  if (annotation === 'runtime/default') return { type: 'RuntimeDefault' };
  const localhostProfile = annotation.startsWith(LOCALHOST) ? annotation.slice(LOCALHOST.length) : '';
  const isValid = localhostProfile !== '' && localhostProfile.trim() === localhostProfile;
  if (!isValid || Buffer.byteLength(localhostProfile) > PROFILE_BYTES_MAX) return undefined;
  return { type: 'Localhost', localhostProfile };
}

/** Annotations say what fields say since v1.30, and old clients only know them (applyAppArmorVersionSkew). */
export function copyAppArmorAnnotations({ metadata, spec }: Pod, warn: (text: string) => void): void {
  const isAnnotated = Object.keys(metadata.annotations ?? {}).some((key) => key.startsWith(PREFIX));
  if (!isAnnotated || spec.os?.name === 'windows') return;
  for (const container of [...(spec.initContainers ?? []), ...(spec.containers ?? [])]) {
    const key = `${PREFIX}${container.name}`;
    const annotation = getOwn(metadata.annotations, key);
    if (annotation === undefined || container.securityContext?.appArmorProfile) continue;
    const profile = profileOf(annotation);
    // The pod says the same already.
    if (profile && deepEqual(profile, spec.securityContext?.appArmorProfile)) continue;
    if (profile) container.securityContext = { ...container.securityContext, appArmorProfile: profile };
    warn(`metadata.annotations[${key}]: deprecated since v1.30; use the "appArmorProfile" field instead`);
  }
}
