/** Fields of a pod that its containers may ask for: k8s.io/kubernetes/pkg/fieldpath. */
import { type Frozen, getOwn } from '../../../../server/base/freeze.ts';
import { goQuote } from '../../../../server/kube/go-quote.ts';
import { qualifiedNameProblems } from '../../../../server/kube/names.ts';
import type { Node, Pod } from '../../../../server/kube/types.gen.ts';
import { ConfigProblem, type PodSources } from './sources.ts';

const SUBSCRIPTED = /^(.+?)\['(.*)'\]$/s;

/** `a="1"` on a line each, sorted: all labels in one text. */
function formatMap(map: Readonly<Record<string, string>> | undefined): string {
  return Object.entries(map ?? {})
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}=${goQuote(value)}`)
    .join('\n');
}

function subscripted(pod: Frozen<Pod>, fieldPath: string, path: string, key: string): string {
  const { annotations, labels } = pod.metadata;
  const isAnnotation = path === 'metadata.annotations';
  if (!isAnnotation && path !== 'metadata.labels')
    throw new ConfigProblem(`fieldPath ${goQuote(fieldPath)} does not support subscript`);
  const problems = qualifiedNameProblems(isAnnotation ? key.toLowerCase() : key);
  if (problems.length > 0) throw new ConfigProblem(`invalid key subscript in ${fieldPath}: ${problems.join(';')}`);
  return getOwn(isAnnotation ? annotations : labels, key) ?? '';
}

/**
 * A field that a file may hold.
 *
 * @throws ConfigProblem
 */
export function podField(pod: Frozen<Pod>, fieldPath: string): string {
  const [, path, key] = SUBSCRIPTED.exec(fieldPath) ?? [];
  if (path !== undefined && key !== undefined) return subscripted(pod, fieldPath, path, key);
  const { name, namespace, uid, labels, annotations } = pod.metadata;
  switch (fieldPath) {
    case 'metadata.name':
      return name ?? '';
    case 'metadata.namespace':
      return namespace ?? '';
    case 'metadata.uid':
      return uid ?? '';
    case 'metadata.labels':
      return formatMap(labels);
    case 'metadata.annotations':
      return formatMap(annotations);
    default:
      throw new ConfigProblem(`unsupported fieldPath: ${fieldPath}`);
  }
}

/** Where a node is reached from within the cluster. */
export function hostIPs(node: Frozen<Node> | undefined): string[] {
  return (node?.status.addresses ?? []).filter(({ type }) => type === 'InternalIP').map(({ address }) => address);
}

/**
 * A field that a variable may hold: where the pod runs, too.
 *
 * @throws ConfigProblem
 */
export function podFieldVariable(
  pod: Frozen<Pod>,
  fieldPath: string,
  sources: Pick<PodSources, 'node' | 'podIPs'>,
): string {
  switch (fieldPath) {
    case 'spec.nodeName':
    case 'spec.host':
      return pod.spec.nodeName ?? '';
    case 'spec.serviceAccountName':
      return pod.spec.serviceAccountName ?? '';
    case 'status.hostIP':
      return hostIPs(sources.node())[0] ?? '';
    case 'status.hostIPs':
      return hostIPs(sources.node()).join(',');
    case 'status.podIP':
      return sources.podIPs()[0] ?? '';
    case 'status.podIPs':
      return sources.podIPs().join(',');
    default:
      return podField(pod, fieldPath);
  }
}
