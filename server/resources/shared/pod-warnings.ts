/** What upstream advises against in pods and pod templates: pkg/api/pod/warnings.go. */
import type { Frozen } from '../../base/freeze.ts';
import { getOwn } from '../../base/freeze.ts';
import { goQuote } from '../../kube/go-quote.ts';
import type { ObjectMeta } from '../../kube/object.ts';
import { quantityMilliValue } from '../../kube/quantity.ts';
import type {
  ContainerPort,
  EnvVar,
  NodeSelectorTerm,
  PodAffinity,
  PodSpec,
  PodTemplateSpec,
  Volume,
} from '../../kube/types.gen.ts';
import { ipWarnings } from './ip-rules.ts';
import { containersWithPaths } from './pod-containers.ts';

type Spec = Frozen<PodSpec>;

const NODE_LABELS: Readonly<Record<string, string>> = {
  'beta.kubernetes.io/arch': 'deprecated since v1.14; use "kubernetes.io/arch" instead',
  'beta.kubernetes.io/os': 'deprecated since v1.14; use "kubernetes.io/os" instead',
  'failure-domain.beta.kubernetes.io/region': 'deprecated since v1.17; use "topology.kubernetes.io/region" instead',
  'failure-domain.beta.kubernetes.io/zone': 'deprecated since v1.17; use "topology.kubernetes.io/zone" instead',
  'beta.kubernetes.io/instance-type': 'deprecated since v1.17; use "node.kubernetes.io/instance-type" instead',
  'app.kubernetes.io/created-by': 'deprecated since v1.9',
  'scheduler.alpha.kubernetes.io/preferAvoidPods': 'deprecated since v1.22; use Taints and Tolerations instead',
  'node-role.kubernetes.io/master': 'use "node-role.kubernetes.io/control-plane" instead',
};

const ANNOTATIONS: Readonly<Record<string, string>> = {
  'scheduler.alpha.kubernetes.io/critical-pod': 'non-functional in v1.16+; use the "priorityClassName" field instead',
  'security.alpha.kubernetes.io/sysctls': 'non-functional in v1.11+; use the "sysctls" field instead',
  'security.alpha.kubernetes.io/unsafe-sysctls': 'non-functional in v1.11+; use the "sysctls" field instead',
};

/** Volumes that no kubelet mounts any more, and the name that upstream gives them. */
const VOLUMES = {
  photonPersistentDisk: 'photonPersistentDisk: deprecated in v1.11, non-functional in v1.16+',
  gitRepo: 'gitRepo: deprecated in v1.11, and disabled by default in v1.33+',
  scaleIO: 'scaleIO: deprecated in v1.16, non-functional in v1.22+',
  flocker: 'flocker: deprecated in v1.22, non-functional in v1.25+',
  storageos: 'storageOS: deprecated in v1.22, non-functional in v1.25+',
  quobyte: 'quobyte: deprecated in v1.22, non-functional in v1.25+',
  glusterfs: 'glusterfs: deprecated in v1.25, non-functional in v1.26+',
  cephfs: 'cephfs: deprecated in v1.28, non-functional in v1.31+',
  rbd: 'rbd: deprecated in v1.28, non-functional in v1.31+',
} as const;

const SECCOMP_POD = 'seccomp.security.alpha.kubernetes.io/pod';
const SECCOMP_CONTAINER = 'container.seccomp.security.alpha.kubernetes.io/';
const SECCOMP = 'non-functional in v1.27+; use the "seccompProfile" field instead';
const NULL_SELECTOR = 'a null labelSelector results in matching no pod';
const BYTES = ['memory', 'ephemeral-storage'];

function termWarnings({ matchExpressions = [] }: Frozen<NodeSelectorTerm>, path: string): string[] {
  return matchExpressions.flatMap(({ key }, i) => {
    const why = getOwn(NODE_LABELS, key);
    return why === undefined ? [] : [`${path}.matchExpressions[${i}].key: ${key} is ${why}`];
  });
}

function nodeWarnings({ nodeSelector, affinity, topologySpreadConstraints }: Spec, path: string): string[] {
  const texts = Object.keys(nodeSelector ?? {}).flatMap((key) => {
    const why = getOwn(NODE_LABELS, key);
    return why === undefined ? [] : [`${path}.nodeSelector[${key}]: ${why}`];
  });
  const required = 'requiredDuringSchedulingIgnoredDuringExecution';
  const preferred = 'preferredDuringSchedulingIgnoredDuringExecution';
  const at = `${path}.affinity.nodeAffinity`;
  const terms = affinity?.nodeAffinity?.[required]?.nodeSelectorTerms ?? [];
  texts.push(...terms.flatMap((term, i) => termWarnings(term, `${at}.${required}.nodeSelectorTerms[${i}]`)));
  (affinity?.nodeAffinity?.[preferred] ?? []).forEach(({ preference }, i) => {
    texts.push(...termWarnings(preference, `${at}.${preferred}[${i}].preference`));
  });
  (topologySpreadConstraints ?? []).forEach(({ topologyKey, labelSelector }, i) => {
    const where = `${path}.topologySpreadConstraints[${i}]`;
    const why = getOwn(NODE_LABELS, topologyKey);
    if (why !== undefined) texts.push(`${where}.topologyKey: ${topologyKey} is ${why}`);
    if (!labelSelector) texts.push(`${where}.labelSelector: ${NULL_SELECTOR}`);
  });
  return texts;
}

function fractional(amounts: Readonly<Record<string, string>> | undefined, path: string): string[] {
  return BYTES.flatMap((name) => {
    const amount = amounts?.[name];
    if (amount === undefined || quantityMilliValue(amount) % 1000 === 0) return [];
    return [`${path}[${name}]: fractional byte value ${goQuote(amount)} is invalid, must be an integer`];
  });
}

function volumeWarnings(volume: Frozen<Volume>, path: string): string[] {
  const texts = Object.entries(VOLUMES).filter(([field]) => volume[field as keyof typeof VOLUMES] !== undefined);
  return texts.map(([, text]) => `${path}.${text}`);
}

/** Items whose names or addresses were there before. */
function repeated(names: readonly string[], tell: (name: string, i: number) => string): string[] {
  return names.flatMap((name, i) => (names.indexOf(name) < i ? [tell(name, i)] : []));
}

function hidesPrevious({ name, value = '', valueFrom }: Frozen<EnvVar>): boolean {
  const reference = `$(${name})`;
  return valueFrom !== undefined || value === reference || !value.includes(reference);
}

function envWarnings(variables: Frozen<EnvVar[]>, path: string): string[] {
  return variables.flatMap((variable, i) => {
    const { name } = variable;
    const isRepeated = variables.findIndex((other) => other.name === name) < i;
    if (!isRepeated || !hidesPrevious(variable)) return [];
    return [`${path}[${i}]: hides previous definition of ${goQuote(name)}, which may be dropped when using apply`];
  });
}

interface PortAt {
  readonly port: Frozen<ContainerPort>;
  readonly at: string;
}

function portConflict({ port, at }: PortAt, other: PortAt): string[] {
  const [own, its] = [port.hostPort ?? 0, other.port.hostPort ?? 0];
  const [ownIp, itsIp] = [port.hostIP ?? '', other.port.hostIP ?? ''];
  if (ownIp === itsIp && own === its) return [`${at}: duplicate port definition with ${other.at}`];
  if (own === 0 || its === 0) return [`${at}: overlapping port definition with ${other.at}`];
  const isAmbiguous = own === its && (ownIp === '') !== (itsIp === '');
  return isAmbiguous ? [`${at}: dangerously ambiguous port definition with ${other.at}`] : [];
}

function portWarnings(spec: Spec, path: string): string[] {
  const ports = containersWithPaths(spec, path).flatMap(({ container, at }) =>
    (container.ports ?? []).map((port, i): PortAt => ({ port, at: `${at}.ports[${i}]` })),
  );
  const texts: string[] = [];
  ports.forEach((current, i) => {
    const { port, at } = current;
    if (port.hostIP && !port.hostPort) {
      const shown =
        `{Name:${port.name ?? ''} HostPort:0 ContainerPort:${port.containerPort} Protocol:${port.protocol} ` +
        `HostIP:${port.hostIP}}`;
      texts.push(`${at}: hostIP set without hostPort: ${shown}`);
    }
    for (const other of ports.slice(0, i)) {
      const isSame = other.port.containerPort === port.containerPort && other.port.protocol === port.protocol;
      if (isSame) texts.push(...portConflict(current, other));
    }
  });
  ports.forEach(({ port, at }, i) => {
    const first = ports.slice(0, i).find((other) => port.name && other.port.name === port.name)?.at;
    if (first === undefined) return;
    texts.push(
      `${at}: duplicate port name ${goQuote(port.name ?? '')} with ${first}, services and probes that ` +
        `select ports by name will use ${first}`,
    );
  });
  return texts;
}

function affinityWarnings(affinity: Frozen<PodAffinity> | undefined, path: string): string[] {
  const required = 'requiredDuringSchedulingIgnoredDuringExecution';
  const preferred = 'preferredDuringSchedulingIgnoredDuringExecution';
  return [
    ...(affinity?.[required] ?? []).flatMap(({ labelSelector }, i) =>
      labelSelector ? [] : [`${path}.${required}[${i}].labelSelector: ${NULL_SELECTOR}`],
    ),
    ...(affinity?.[preferred] ?? []).flatMap(({ podAffinityTerm }, i) =>
      podAffinityTerm.labelSelector
        ? []
        : [`${path}.${preferred}[${i}].podAffinityTerm.labelSelector: ${NULL_SELECTOR}`],
    ),
  ];
}

function containerWarnings(
  spec: Spec,
  annotations: Readonly<Record<string, string>> | undefined,
  path: string,
  annotationPath: string,
): string[] {
  return containersWithPaths(spec, path).flatMap(({ container, at }) => {
    const key = `${SECCOMP_CONTAINER}${container.name}`;
    const isAnnotated = !container.securityContext?.seccompProfile && getOwn(annotations, key) !== undefined;
    const { limits, requests } = container.resources;
    return [
      ...(isAnnotated ? [`${annotationPath}[${key}]: ${SECCOMP}`] : []),
      ...BYTES.flatMap((name) => [
        ...fractional(limits?.[name] === undefined ? {} : { [name]: limits[name] ?? '' }, `${at}.resources.limits`),
        ...fractional(
          requests?.[name] === undefined ? {} : { [name]: requests[name] ?? '' },
          `${at}.resources.requests`,
        ),
      ]),
      ...envWarnings(container.env ?? [], `${at}.env`),
    ];
  });
}

/**
 * Warnings for a pod, or for a pod template at `path`.
 *
 * @example
 * podWarnings(pod.spec, pod.metadata, '')
 */
export function podWarnings(spec: Spec, metadata: Frozen<ObjectMeta> | undefined, path: string): string[] {
  const prefix = path === '' ? '' : `${path}.`;
  const at = `${prefix}spec`;
  const annotationPath = `${prefix}metadata.annotations`;
  const annotations = metadata?.annotations;
  const aliases = (spec.hostAliases ?? []).map(({ ip }) => ip);
  const secrets = (spec.imagePullSecrets ?? []).map(({ name }) => name ?? '');
  const isAnnotated = !spec.securityContext?.seccompProfile && getOwn(annotations, SECCOMP_POD) !== undefined;
  return [
    ...nodeWarnings(spec, at),
    ...Object.entries(ANNOTATIONS)
      .filter(([key]) => getOwn(annotations, key) !== undefined)
      .map(([key, text]) => `${annotationPath}[${key}]: ${text}`),
    ...(spec.volumes ?? []).flatMap((volume, i) => volumeWarnings(volume, `${at}.volumes[${i}]`)),
    ...repeated(aliases, (ip, i) => `${at}.hostAliases[${i}].ip: duplicate ip ${goQuote(ip)}`),
    ...repeated(secrets, (name, i) => `${at}.imagePullSecrets[${i}].name: duplicate name ${goQuote(name)}`),
    ...secrets.flatMap((name, i) => (name === '' ? [`${at}.imagePullSecrets[${i}].name: invalid empty name ""`] : [])),
    ...fractional(spec.overhead, `${at}.overhead`),
    ...(isAnnotated ? [`${annotationPath}[${SECCOMP_POD}]: ${SECCOMP}`] : []),
    ...containerWarnings(spec, annotations, at, annotationPath),
    ...portWarnings(spec, at),
    ...((spec.terminationGracePeriodSeconds ?? 0) < 0
      ? [`${at}.terminationGracePeriodSeconds: must be >= 0; negative values are invalid and will be treated as 1`]
      : []),
    ...affinityWarnings(spec.affinity?.podAffinity, `${at}.affinity.podAffinity`),
    ...affinityWarnings(spec.affinity?.podAntiAffinity, `${at}.affinity.podAntiAffinity`),
    ...(spec.dnsConfig?.nameservers ?? []).flatMap((ip, i) => ipWarnings(`${at}.dnsConfig.nameservers[${i}]`, ip)),
    ...aliases.flatMap((ip, i) => ipWarnings(`${at}.hostAliases[${i}].ip`, ip)),
  ];
}

/** Warnings for the template of a workload, told only when it changes. */
export function podTemplateWarnings({ spec, metadata }: Frozen<PodTemplateSpec>, path: string): string[] {
  return podWarnings(spec, metadata, path);
}
