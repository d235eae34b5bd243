/** What being ready means for an object: what `kubectl rollout status` and `kubectl wait` look at. */

/** As far as it is looked at. */
interface Observed {
  readonly kind?: string;
  readonly metadata?: { readonly generation?: number };
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly status?: Readonly<Record<string, unknown>>;
}

/** One line of `status.conditions`. */
export interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
}

/** What keeps an object from being ready; undefined when nothing does. */
export type Obstacle = string | undefined;

export function conditionsOf(object: object): readonly Condition[] {
  const conditions = (object as Observed).status?.conditions;
  return Array.isArray(conditions) ? (conditions as readonly Condition[]) : [];
}

const count = (fields: Readonly<Record<string, unknown>> | undefined, name: string): number => {
  const value = fields?.[name];
  return typeof value === 'number' ? value : 0;
};

/** How many replicas are ready, however its kind calls that; of one that says nothing, none. */
export function readyReplicas(object: object): number {
  const { kind, status } = object as Observed;
  return count(status, kind === 'DaemonSet' ? 'numberReady' : 'readyReplicas');
}

const atLeast = (what: string, has: number, wanted: number): Obstacle =>
  has >= wanted ? undefined : `${has} of ${wanted} ${what}`;

/** Its controller has not looked at what it says now. */
function unseen({ metadata, status }: Observed): Obstacle {
  const isSeen = count(status, 'observedGeneration') >= (metadata?.generation ?? 0);
  return isSeen ? undefined : 'its controller has not looked at it yet';
}

const wantedReplicas = ({ spec }: Observed): number => (typeof spec?.replicas === 'number' ? spec.replicas : 1);

function rolledOut(object: Observed, isReadyName: string, updatedName: string, wanted: number): Obstacle {
  const { status } = object;
  return (
    unseen(object) ??
    atLeast('replicas are updated', count(status, updatedName), wanted) ??
    atLeast('replicas are ready', count(status, isReadyName), wanted)
  );
}

const phase =
  (wanted: string) =>
  ({ status }: Observed): Obstacle =>
    status?.phase === wanted ? undefined : `its phase is ${JSON.stringify(status?.phase ?? '')}`;

const condition =
  (type: string) =>
  (object: Observed): Obstacle => {
    const found = conditionsOf(object).find((candidate) => candidate.type === type);
    if (found?.status === 'True') return undefined;
    if (!found) return `it has no condition ${type}`;
    const why = [found.reason, found.message].filter(Boolean).join(': ');
    return `its condition ${type} is ${found.status}${why === '' ? '' : ` (${why})`}`;
  };

const KINDS: Readonly<Record<string, (object: Observed) => Obstacle>> = {
  Deployment: (object) =>
    rolledOut(object, 'availableReplicas', 'updatedReplicas', wantedReplicas(object)) ??
    (count(object.status, 'replicas') > wantedReplicas(object) ? 'old replicas are still there' : undefined),
  ReplicaSet: (object) =>
    unseen(object) ?? atLeast('replicas are ready', readyReplicas(object), wantedReplicas(object)),
  ReplicationController: (object) =>
    unseen(object) ?? atLeast('replicas are ready', readyReplicas(object), wantedReplicas(object)),
  StatefulSet: (object) => rolledOut(object, 'readyReplicas', 'updatedReplicas', wantedReplicas(object)),
  DaemonSet: (object) =>
    rolledOut(object, 'numberAvailable', 'updatedNumberScheduled', count(object.status, 'desiredNumberScheduled')),
  Job: condition('Complete'),
  PersistentVolumeClaim: phase('Bound'),
  Namespace: phase('Active'),
  CustomResourceDefinition: condition('Established'),
  APIService: condition('Available'),
};

/** What an object without a rule of its own may say of itself. */
const USUAL = ['Ready', 'Available'];

/**
 * What keeps an object from being ready.
 *
 * @throws Error for one that says nothing about it
 */
export function obstacleOf(object: object): Obstacle {
  const { kind = '' } = object as Observed;
  // Own kinds only: `constructor` may be the kind of somebody's resource.
  const rule = Object.hasOwn(KINDS, kind) ? KINDS[kind] : undefined;
  if (rule) return rule(object);
  const types = conditionsOf(object).map(({ type }) => type);
  const usual = USUAL.find((type) => types.includes(type)) ?? (kind === 'Pod' || kind === 'Node' ? 'Ready' : undefined);
  if (usual !== undefined) return condition(usual)(object);
  throw new Error(`nothing says whether a ${kind} is ready: it has no condition Ready; ask for toHaveCondition()`);
}
