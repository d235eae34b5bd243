import { deepFreeze, type Frozen } from '../base/freeze.ts';
import type { Random } from '../base/random.ts';
import type { Container, PodSpec, Volume } from '../kube/types.gen.ts';
import { generateName } from '../registry/name-generator.ts';

const PREFIX = 'kube-api-access-';
const MOUNT_PATH = '/var/run/secrets/kubernetes.io/serviceaccount';
const DEFAULT_MODE = 0o644;

/**
 * A lifetime of an hour and a bit: whoever issues the token knows by it that clients may be old ones which never read
 * the token again (WarnOnlyBoundTokenExpirationSeconds).
 */
const EXPIRATION_SECONDS = 3607;

/** Lets every container find a token, the cluster's CA and its namespace where client libraries look for them. */
export function mountToken(spec: PodSpec, random: Random): void {
  const given = spec.volumes?.find(({ name }) => name.startsWith(PREFIX));
  const name = given?.name ?? generateName(PREFIX, random);
  let isNeeded = false;
  for (const container of [...(spec.initContainers ?? []), ...(spec.containers ?? [])]) {
    if (mountIn(container, name)) isNeeded = true;
  }
  if (isNeeded && !given) spec.volumes = [...(spec.volumes ?? []), tokenVolume(name)];
}

/** @returns whether the container needs the volume: it may mount something of its own there */
function mountIn(container: Container, name: string): boolean {
  const mounts = container.volumeMounts ?? [];
  if (mounts.some(({ mountPath }) => mountPath === MOUNT_PATH)) return false;
  container.volumeMounts = [...mounts, { name, readOnly: true, mountPath: MOUNT_PATH }];
  return true;
}

/** The same for all pods, so that it is kept and looked at once: only the name of their volume is a pod's own. */
const SOURCE: Frozen<Volume['projected']> = deepFreeze({
  sources: [
    { serviceAccountToken: { expirationSeconds: EXPIRATION_SECONDS, path: 'token' } },
    { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
    {
      downwardAPI: {
        items: [{ path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } }],
      },
    },
  ],
  defaultMode: DEFAULT_MODE,
});

const tokenVolume = (name: string): Volume => ({ name, projected: SOURCE }) as Volume;
