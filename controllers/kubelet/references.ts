/** What pods refer to and cannot do without: config maps and secrets, in variables and in volumes. */
import type { Frozen } from '../../server/base/freeze.ts';
import { getOwn } from '../../server/base/freeze.ts';
import type { ConfigMap, KeyToPath, Pod, Secret } from '../../server/kube/types.gen.ts';
import type { AnyContainer } from './runtime/pod-runtime.ts';

type FrozenPod = Frozen<Pod>;

/** Reads the objects of the namespace of a pod. */
export interface References {
  configMap(name: string): Frozen<ConfigMap> | undefined;
  secret(name: string): Frozen<Secret> | undefined;
}

interface Source {
  readonly name?: string;
  readonly optional?: boolean;
}

type Kind = 'configmap' | 'secret';

const nameOf = ({ name }: Source): string => name ?? '';

/** Whether an object has a key; undefined when there is no such object. */
function has(refs: References, kind: Kind, name: string, key: string): boolean | undefined {
  if (kind === 'secret') {
    const secret = refs.secret(name);
    return secret && getOwn(secret.data, key) !== undefined;
  }
  const map = refs.configMap(name);
  return map && (getOwn(map.data, key) !== undefined || getOwn(map.binaryData, key) !== undefined);
}

const exists = (refs: References, kind: Kind, name: string): boolean =>
  (kind === 'secret' ? refs.secret(name) : refs.configMap(name)) !== undefined;

/** Why the variables of a container cannot be made (makeEnvironmentVariables): the first reason. */
export function environmentProblem(pod: FrozenPod, container: AnyContainer, refs: References): string | undefined {
  for (const { configMapRef, secretRef } of container.envFrom ?? [])
    for (const [kind, ref] of [['configmap', configMapRef] as const, ['secret', secretRef] as const])
      if (ref && !ref.optional && !exists(refs, kind, nameOf(ref))) return `${kind} "${nameOf(ref)}" not found`;
  for (const { valueFrom } of container.env ?? []) {
    const { configMapKeyRef, secretKeyRef } = valueFrom ?? {};
    for (const [kind, ref] of [['configmap', configMapKeyRef] as const, ['secret', secretKeyRef] as const]) {
      if (!ref || ref.optional) continue;
      const found = has(refs, kind, nameOf(ref), ref.key);
      if (found === undefined) return `${kind} "${nameOf(ref)}" not found`;
      const shown = kind === 'secret' ? 'Secret' : 'ConfigMap';
      if (!found) return `couldn't find key ${ref.key} in ${shown} ${pod.metadata.namespace}/${nameOf(ref)}`;
    }
  }
  return undefined;
}

/** Why a container may not run as the user that it would run as (verifyRunAsNonRoot). */
export function userProblem(
  pod: FrozenPod,
  container: AnyContainer,
  imageUser: number | undefined,
): string | undefined {
  const { name, namespace, uid } = pod.metadata;
  const [own, ofPod] = [container.securityContext, pod.spec.securityContext];
  if (!(own?.runAsNonRoot ?? ofPod?.runAsNonRoot)) return undefined;
  const where = `(pod: "${name}_${namespace}(${uid})", container: ${container.name})`;
  const user = own?.runAsUser ?? ofPod?.runAsUser;
  if (user !== undefined) return user === 0 ? `container's runAsUser breaks non-root policy ${where}` : undefined;
  return imageUser === 0 ? `container has runAsNonRoot and image will run as root ${where}` : undefined;
}

/** A volume that cannot be mounted yet, and why. */
export interface MountProblem {
  readonly volume: string;
  readonly message: string;
}

interface Files extends Source {
  readonly items?: readonly Frozen<KeyToPath>[];
}

/** Which volumes of a pod cannot be mounted. */
export function mountProblems(pod: FrozenPod, refs: References): MountProblem[] {
  const problems: MountProblem[] = [];
  for (const { name: volume, configMap, secret, projected } of pod.spec.volumes ?? []) {
    const sources: [Kind, Files][] = [];
    if (configMap) sources.push(['configmap', configMap as Files]);
    // Here the name has another name.
    if (secret) sources.push(['secret', { ...secret, name: secret.secretName ?? '' } as Files]);
    for (const source of projected?.sources ?? []) {
      if (source.configMap) sources.push(['configmap', source.configMap as Files]);
      if (source.secret) sources.push(['secret', source.secret as Files]);
    }
    const messages = sources.flatMap(([kind, files]) => filesProblem(kind, files, refs));
    if (messages.length > 0)
      problems.push({
        volume,
        message: `MountVolume.SetUp failed for volume "${volume}" : ${listed(messages)}`,
      });
  }
  return problems;
}

/** Several errors of one volume come together (utilerrors.NewAggregate). */
const listed = (messages: readonly string[]): string =>
  messages.length === 1 ? (messages[0] ?? '') : `[${[...new Set(messages)].join(', ')}]`;

function filesProblem(kind: Kind, files: Files, refs: References): string[] {
  if (files.optional) return [];
  const name = nameOf(files);
  const prefix =
    kind === 'configmap' ? 'configmap references non-existent config key' : 'references non-existent secret key';
  if (!exists(refs, kind, name)) return [`${kind} "${name}" not found`];
  return (files.items ?? []).filter(({ key }) => !has(refs, kind, name, key)).map(({ key }) => `${prefix}: ${key}`);
}
