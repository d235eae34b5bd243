import type { ControllerState } from '../controllers/lib/switches.ts';
import type { Frozen } from './base/freeze.ts';
import type { ClockControls } from './cluster/cluster-clock.ts';
import type { Requests } from './cluster/journal/request-log.ts';
import type { Finding } from './cluster/lint/finding.ts';
import type { Permissions } from './cluster/permissions/permissions.ts';
import type { PodHandlers } from './cluster/pod-handlers/pod-handlers.ts';
import type { PodScripts } from './cluster/pod-scripts.ts';
import type { Savepoints } from './cluster/savepoints/savepoints.ts';
import type { Why } from './cluster/why/why.ts';
import type { KubeObject, NamedUser } from './kube/object.ts';
import type { NamedResource, Place, Selection } from './kube/resource-argument.ts';
import type { Transport } from './kube/transport.ts';
import type { FaultControls } from './pipeline/faults/fault-rule.ts';

/** States that are kept, compared and brought back. */
export type SavepointControls = Pick<Savepoints, 'save' | 'list' | 'restore' | 'diff' | 'delete' | 'export'>;

/** What users were allowed and refused, as Roles, and who is held to that. */
export type PermissionControls = Pick<
  Permissions,
  'identities' | 'identity' | 'isFull' | 'objects' | 'enforce' | 'enforcement' | 'release' | 'forget'
>;

/** What can be done with a cluster, however it is reached. */
export interface ClusterControls {
  readonly kubernetesVersion: string;
  /** Lets functions answer for pods; they stay over a `reset()`. */
  readonly pods: PodHandlers;
  /**
   * A kubeconfig of the cluster's administrator, or of a user whom the cluster knows from then on.
   *
   * @example
   * const jane = cluster.kubeconfig({ user: 'jane', groups: ['dev'] });
   */
  kubeconfig(options?: { server?: string; user?: string; groups?: readonly string[] }): string;
  /**
   * A client without a socket, as the administrator or as anybody.
   *
   * @example
   * const { items } = await cluster.transport({ name: 'jane' }).list({ resource: 'v1/pods', namespace: 'shop' });
   */
  transport(user?: NamedUser): Transport;
  /** Creates or changes objects: YAML text with any number of documents, or objects. */
  apply(...manifests: readonly (string | object)[]): Promise<void>;
  /**
   * One object, as its administrator sees it; undefined when there is none.
   *
   * @param target as kubectl takes it: `deployment/web`, `deploy/web`, `deployments.apps/web`
   * @example
   * const web = await cluster.get<V1Deployment>('deployment/web', { namespace: 'shop' });
   */
  get<T extends object = Frozen<KubeObject>>(target: string, place?: Place): Promise<T | undefined>;
  /** The objects of a resource (`pods`, `deploy`) in a namespace; `''` is all namespaces. */
  list<T extends object = Frozen<KubeObject>>(resource: string, selection?: Selection): Promise<readonly T[]>;
  /**
   * What a word means: `deploy` is the resource `deployments` of `apps/v1`.
   *
   * @throws Error when nothing has that name
   */
  resolve(resource: string): Promise<NamedResource>;
  /** Back to how the cluster was when it became ready, fixtures included. */
  reset(): Promise<void>;
  /**
   * Resolves when no controller has anything to do any more and every watcher knows everything.
   *
   * @param timeoutMs in real time; half a minute unless given
   * @throws Error that names who is busy
   */
  settle(timeoutMs?: number): Promise<void>;
  /**
   * The time of the cluster.
   *
   * @example
   * await cluster.clock.freeze();
   * await cluster.clock.advance(60 * 60 * 1000);
   */
  readonly clock: ClockControls;
  /** Every controller, and where it is on. */
  controllers(): readonly ControllerState[];
  /**
   * Switches a controller off or on, everywhere or in one namespace; `undefined` takes the switch of a namespace away.
   * Once it resolves, a controller that was switched off writes nothing any more.
   *
   * @throws Error when there is none of that name
   * @example
   * await cluster.setController('deployment', false, { namespace: 'shop' });
   */
  setController(name: string, enabled: boolean, options?: { readonly namespace?: string }): Promise<void>;
  setController(name: string, enabled: undefined, options: { readonly namespace: string }): Promise<void>;
  /**
   * Lets requests, watches, nodes and controllers fail as rules say; `reset()` takes all of them away.
   *
   * @example
   * cluster.faults.add({ match: { verbs: ['update'], resource: 'deployments.apps' }, conflict: true });
   */
  readonly faults: FaultControls;
  /** Has pods write, end, be ready or not, and answer commands as somebody says. */
  readonly scripts: PodScripts;
  /**
   * States of the cluster that are kept in memory under a name.
   *
   * @example
   * await cluster.savepoints.save({ name: 'installed' });
   * await cluster.savepoints.restore('installed');
   */
  readonly savepoints: SavepointControls;
  /** What clients have asked for lately; `reset()` forgets it. */
  readonly requests: Requests;
  /**
   * Habits of clients that hurt a real cluster, after a mark of `requests` or since a time.
   *
   * @throws ApiError when the journal keeps nothing
   * @example
   * const mark = cluster.requests.mark();
   * const findings = await cluster.lint({ since: mark });
   */
  lint(options?: { readonly since?: number | Date }): Promise<readonly Finding[]>;
  /**
   * Why an object is as it is: what happened to it, who owns which field, what it owns and how that is. Undefined when
   * it is not there and none of its revisions is kept.
   *
   * @throws Error when nothing has the name of the resource
   * @example
   * const { history } = (await cluster.why('deployment/web', { namespace: 'shop' })) ?? {};
   */
  why(target: string, place?: Place): Promise<Why | undefined>;
  /**
   * Which permissions users have used; `reset()` forgets nothing of it.
   *
   * @example
   * const roles = cluster.permissions.objects(cluster.permissions.identities());
   */
  readonly permissions: PermissionControls;
  /** Makes /readyz say ok, when `holdReady` kept it. */
  ready(): void;
  stop(): Promise<void>;
}

/** A virtual cluster: it lives in the process of another one, below a prefix of its URL. */
export interface ForkedCluster extends ClusterControls, AsyncDisposable {
  readonly name: string;
  /** `https://127.0.0.1:6443/clusters/ci-7` */
  readonly url: string;
}

/** How a virtual cluster is to be. */
export interface ForkOptions {
  /** A DNS label; made up unless given. */
  readonly name?: string;
  /**
   * What it begins with: `main` (unless given), which is what there is just now; `fixtures`, what there was when the
   * cluster became ready; `empty`; or the name of a savepoint or of another virtual cluster.
   */
  readonly from?: string;
  /** It goes when nobody has asked it for anything for so long; never unless given. */
  readonly idleMs?: number;
}

/** A cluster that runs in this process. Ends with `stop()`, or by itself after `await using`. */
export interface RunningCluster extends ClusterControls, AsyncDisposable {
  /** `https://127.0.0.1:6443` */
  readonly url: string;
  readonly httpUrl: string | undefined;
  readonly proxyUrl: string | undefined;
  /** Where the cluster's DNS is asked, by UDP and TCP. */
  readonly dnsPort: number | undefined;
  /** Where Ingresses are served: `http://127.0.0.1:8080` */
  readonly ingressUrl: string | undefined;
  /** The same over TLS. */
  readonly ingressTlsUrl: string | undefined;
  /**
   * Makes a virtual cluster beside this one, with objects, users and revisions of its own.
   *
   * @throws ApiError for a name that is taken or no DNS label, and for a beginning that there is not
   * @example
   * await using fork = await cluster.fork();
   * await fork.apply('{apiVersion: v1, kind: ConfigMap, metadata: {name: only-here}}');
   */
  fork(options?: ForkOptions): Promise<ForkedCluster>;
}
