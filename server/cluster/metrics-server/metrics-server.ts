/** A metrics-server in this process: metrics.k8s.io/v1beta1, as github.com/kubernetes-sigs/metrics-server answers. */
import { type Clock, rfc3339 } from '../../base/clock.ts';
import type { Frozen } from '../../base/freeze.ts';
import type { Amounts } from '../../kube/amounts.ts';
import { ApiError, methodNotAllowed, notFound, unknownPath } from '../../kube/api-error.ts';
import type { KubeObject } from '../../kube/object.ts';
import type { Node, Pod } from '../../kube/types.gen.ts';
import { selectionOf } from '../../registry/selection.ts';
import type { ClusterUsage } from '../usage/cluster-usage.ts';
import { discoveryOf } from './discovery.ts';
import { type MetricsList, type MetricsObject, tableOf, wantsTable } from './metrics-table.ts';

export interface MetricsServerParts {
  readonly clock: Clock;
  readonly usage: ClusterUsage;
  readonly pods: (namespace: string) => readonly Frozen<Pod>[];
  readonly nodes: () => readonly Frozen<Node>[];
}

export interface MetricsRequest {
  readonly method: string;
  /** Without a query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly accept: string;
}

export interface MetricsAnswer {
  readonly status: number;
  readonly mediaType: string;
  readonly body: object;
}

const ROOT = '/apis/metrics.k8s.io/v1beta1';
/** How often metrics-server looks at the nodes unless it is told otherwise: what it reports was measured meanwhile. */
const WINDOW = '15s';
const JSON_TYPE = 'application/json';

export class MetricsServer {
  readonly #parts: MetricsServerParts;

  constructor(parts: MetricsServerParts) {
    this.#parts = parts;
  }

  async answer(request: MetricsRequest): Promise<MetricsAnswer> {
    try {
      const discovered = discoveryOf(request.path, request.accept);
      if (discovered) return { status: 200, ...discovered };
      await this.#parts.usage.prepare();
      const body = this.#resource(request);
      return { status: 200, mediaType: JSON_TYPE, body: wantsTable(request.accept) ? tableOf(body) : body };
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      return { status: error.code, mediaType: JSON_TYPE, body: error.status };
    }
  }

  /** @throws ApiError 400, 404, 405 */
  #resource({ method, path, query }: MetricsRequest): MetricsObject | MetricsList {
    if (!path.startsWith(`${ROOT}/`)) throw unknownPath();
    const segments = path
      .slice(ROOT.length + 1)
      .split('/')
      .map(decodeURIComponent);
    const isInNamespace = segments[0] === 'namespaces' && segments.length > 2;
    const namespace = isInNamespace ? (segments[1] ?? '') : '';
    const [resource = '', name, ...more] = isInNamespace ? segments.slice(2) : segments;
    const isKnown = (resource === 'nodes' && !isInNamespace) || resource === 'pods';
    if (!isKnown || more.length > 0 || (resource === 'pods' && name !== undefined && !isInNamespace))
      throw unknownPath();
    if (method !== 'GET' || isWatch(query)) throw methodNotAllowed();
    if (name !== undefined) return resource === 'nodes' ? this.#node(name) : this.#pod(namespace, name);
    const { where = () => true } = selectionOf(query.get('labelSelector') ?? '', query.get('fieldSelector') ?? '', {
      resource: `${resource}.metrics.k8s.io`,
    });
    const kind = resource === 'nodes' ? 'NodeMetricsList' : 'PodMetricsList';
    const items = resource === 'nodes' ? this.#nodes(where) : this.#pods(namespace, where);
    return { kind, apiVersion: 'metrics.k8s.io/v1beta1', metadata: {}, items };
  }

  #nodes(where: Where): MetricsObject[] {
    const selected = this.#parts.nodes().filter((node) => where(node as Frozen<KubeObject>));
    return sorted(selected).flatMap((node) => this.#ofNode(node) ?? []);
  }

  #node(name: string): MetricsObject {
    const node = this.#parts.nodes().find(({ metadata }) => metadata.name === name);
    // Its lister of nodes calls them by their kind.
    if (!node) throw notFound({ group: '', resource: 'node' }, name);
    const metrics = this.#ofNode(node);
    if (!metrics) throw notFound({ group: 'metrics.k8s.io', resource: 'nodemetrics' }, name);
    return metrics;
  }

  #pods(namespace: string, where: Where): MetricsObject[] {
    const selected = this.#parts.pods(namespace).filter((pod) => where(pod as Frozen<KubeObject>));
    return sorted(selected).flatMap((pod) => this.#ofPod(pod) ?? []);
  }

  #pod(namespace: string, name: string): MetricsObject {
    // Its informer of pods asks for those in the phase Running only: it has never heard of the others.
    const pod = this.#parts
      .pods(namespace)
      .find(({ metadata, status }) => metadata.name === name && status.phase === 'Running');
    if (!pod) throw notFound({ group: '', resource: 'pods' }, name);
    const metrics = this.#ofPod(pod);
    if (!metrics) throw notFound({ group: 'metrics.k8s.io', resource: 'podmetrics' }, `${namespace}/${name}`);
    return metrics;
  }

  /** Nobody can ask a node that is not ready. */
  #ofNode(node: Frozen<Node>): MetricsObject | undefined {
    if (!isReady(node)) return undefined;
    const { name = '' } = node.metadata;
    return {
      ...this.#head('NodeMetrics', node),
      ...this.#sample(),
      usage: standard(this.#parts.usage.nodeUsage(name)),
    };
  }

  #ofPod(pod: Frozen<Pod>): MetricsObject | undefined {
    const node = this.#parts.nodes().find(({ metadata }) => metadata.name === pod.spec.nodeName);
    const used = node && isReady(node) ? this.#parts.usage.pods.of(pod) : undefined;
    if (!used) return undefined;
    const containers = used.map(({ name, usage }) => ({ name, usage: standard(usage) }));
    return { ...this.#head('PodMetrics', pod), ...this.#sample(), containers };
  }

  #head(kind: string, { metadata }: Frozen<Node> | Frozen<Pod>) {
    const { name = '', namespace, labels } = metadata;
    return {
      kind,
      apiVersion: 'metrics.k8s.io/v1beta1',
      metadata: {
        name,
        ...(namespace !== undefined && { namespace }),
        creationTimestamp: rfc3339(this.#parts.clock.now()),
        ...(labels && { labels }),
      },
    };
  }

  #sample(): { readonly timestamp: string; readonly window: string } {
    return { timestamp: rfc3339(this.#parts.clock.now()), window: WINDOW };
  }
}

type Where = (object: Frozen<KubeObject>) => boolean;

/** Kubelets measure nothing else. */
const standard = ({ cpu = '0', memory = '0' }: Amounts): Amounts => ({ cpu, memory });

const isWatch = (query: URLSearchParams): boolean => /^(true|1)$/i.test(query.get('watch') ?? '');

const isReady = ({ status }: Frozen<Node>): boolean =>
  status.conditions?.some((condition) => condition.type === 'Ready' && condition.status === 'True') ?? false;

/** By namespace and name. */
function sorted<T extends Frozen<Pod> | Frozen<Node>>(objects: readonly T[]): T[] {
  const text = ({ metadata }: T): string => `${metadata.namespace ?? ''}/${metadata.name ?? ''}`;
  return [...objects].sort((a, b) => (text(a) < text(b) ? -1 : 1));
}
