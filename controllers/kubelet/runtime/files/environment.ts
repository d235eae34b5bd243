/** The variables that a container begins with: makeEnvironmentVariables in k8s.io/kubernetes/pkg/kubelet. */
import { type Frozen, getOwn } from '../../../../server/base/freeze.ts';
import type { ConfigMap, EnvFromSource, EnvVarSource, Pod, Secret } from '../../../../server/kube/types.gen.ts';
import type { AnyContainer } from '../pod-runtime.ts';
import { resourceVariable } from './container-resources.ts';
import { valueInEnvFile } from './env-file.ts';
import { expand } from './expansion.ts';
import { podFieldVariable } from './pod-fields.ts';
import { serviceVariables } from './service-variables.ts';
import { ConfigProblem, type PodSources } from './sources.ts';

/** The content of a file in a volume of the pod; undefined when there is no such file. */
export type ReadVolumeFile = (volume: string, path: string) => string | undefined;

/** How variables are made. */
export interface EnvironmentOptions {
  readonly volumeFile?: ReadVolumeFile;
  /** Leaves out what cannot be made. */
  readonly isLenient?: boolean;
}

/** What a variable is made from, besides its own words. */
interface Variables {
  readonly pod: Frozen<Pod>;
  readonly container: AnyContainer;
  readonly sources: PodSources;
  readonly volumeFile: ReadVolumeFile;
}

const noFile: ReadVolumeFile = () => undefined;

interface Reference {
  readonly name?: string;
  readonly optional?: boolean;
}

/** @returns undefined when there is no such object and nobody minds */
function found<T>(object: T | undefined, kind: string, { name = '', optional }: Reference): T | undefined {
  if (object === undefined && !optional) throw new ConfigProblem(`${kind} "${name}" not found`);
  return object;
}

const textOf = (base64: string): string => Buffer.from(base64, 'base64').toString('utf8');

/** All keys of a config map or a secret, as variables. Keys that no shell could name are taken, too. */
function variablesFrom(source: Frozen<EnvFromSource>, sources: PodSources): readonly [string, string][] {
  const { configMapRef, secretRef, prefix = '' } = source;
  const named = ([key, value]: readonly [string, string]): [string, string] => [prefix + key, value];
  if (configMapRef) {
    const map: Frozen<ConfigMap> | undefined = found(
      sources.configMap(configMapRef.name ?? ''),
      'configmap',
      configMapRef,
    );
    return Object.entries(map?.data ?? {}).map(named);
  }
  if (!secretRef) return [];
  const secret: Frozen<Secret> | undefined = found(sources.secret(secretRef.name ?? ''), 'secret', secretRef);
  return Object.entries(secret?.data ?? {}).map(([key, value]) => named([key, textOf(value)]));
}

/** @returns undefined when there is no such key and nobody minds: then there is no such variable */
function valueFrom(source: Frozen<EnvVarSource>, from: Variables): string | undefined {
  const { pod, container, sources } = from;
  const { fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef, fileKeyRef } = source;
  if (fieldRef) return podFieldVariable(pod, fieldRef.fieldPath, sources);
  if (resourceFieldRef) return resourceVariable(pod, container, resourceFieldRef, sources.node());
  const ref = configMapKeyRef ?? secretKeyRef;
  if (ref) {
    const { name = '', key, optional } = ref;
    const object = configMapKeyRef
      ? found(sources.configMap(name), 'configmap', ref)
      : found(sources.secret(name), 'secret', ref);
    const value = getOwn(object?.data, key);
    if (value !== undefined) return configMapKeyRef ? value : textOf(value);
    if (optional) return undefined;
    const kind = configMapKeyRef ? 'ConfigMap' : 'Secret';
    throw new ConfigProblem(`couldn't find key ${key} in ${kind} ${pod.metadata.namespace}/${name}`);
  }
  return fileKeyRef ? valueInVolume(fileKeyRef, from) : '';
}

function valueInVolume(
  { volumeName, path, key, optional }: NonNullable<Frozen<EnvVarSource>['fileKeyRef']>,
  { pod, volumeFile }: Variables,
): string | undefined {
  if (!pod.spec.volumes?.some(({ name }) => name === volumeName))
    throw new ConfigProblem(`cannot find the volume "${volumeName}" referenced by FileKeyRef`);
  const text = volumeFile(volumeName, path);
  let value: string | undefined;
  try {
    if (text !== undefined) value = valueInEnvFile(text, key);
  } catch {
    throw new ConfigProblem("couldn't parse env file");
  }
  if (text === undefined) throw new ConfigProblem("couldn't parse env file");
  if (value !== undefined || optional) return value;
  const file = `/var/lib/kubelet/pods/${pod.metadata.uid}/volumes/kubernetes.io~empty-dir/${volumeName}/${path}`;
  throw new ConfigProblem(`environment variable key "${key}" not found in file "${file}"`);
}

/**
 * The variables of a container: what it names itself, and where services are. Those of the container runtime (`PATH`,
 * `HOSTNAME`) come from elsewhere.
 *
 * @throws ConfigProblem when something is missing that is not optional
 * @example
 * const env = containerEnvironment(pod, container, sources);
 * await machine.start(command, streams, { env });
 */
export function containerEnvironment(
  pod: Frozen<Pod>,
  container: AnyContainer,
  sources: PodSources,
  { volumeFile = noFile, isLenient = false }: EnvironmentOptions = {},
): Record<string, string> {
  const tried = <T>(make: () => T, otherwise: T): T => {
    try {
      return make();
    } catch (error) {
      if (isLenient && error instanceof ConfigProblem) return otherwise;
      throw error;
    }
  };
  const { namespace = '' } = pod.metadata;
  const services = serviceVariables(namespace, pod.spec.enableServiceLinks ?? true, (of) => sources.services(of));
  const own = new Map<string, string>();
  for (const source of container.envFrom ?? [])
    for (const [name, value] of tried(() => variablesFrom(source, sources), [])) own.set(name, value);
  for (const { name, value, valueFrom: source } of container.env ?? []) {
    let result: string | undefined = '';
    if (value) result = expand(value, (other) => own.get(other) ?? services.get(other));
    else if (source) result = tried(() => valueFrom(source, { pod, container, sources, volumeFile }), undefined);
    if (result !== undefined) own.set(name, result);
  }
  return Object.fromEntries([...services, ...own]);
}

/** Why the variables of a container cannot be made: the first reason. Nothing is made for it. */
export function environmentProblem(
  pod: Frozen<Pod>,
  container: AnyContainer,
  sources: PodSources,
  volumeFile: ReadVolumeFile = noFile,
): string | undefined {
  try {
    for (const source of container.envFrom ?? []) variablesFrom(source, sources);
    for (const { value, valueFrom: source } of container.env ?? [])
      if (!value && source) valueFrom(source, { pod, container, sources, volumeFile });
    return undefined;
  } catch (error) {
    if (error instanceof ConfigProblem) return error.message;
    throw error;
  }
}
