/** Matchers for clusters, in the form that vitest, jest and Playwright take. Each lets the cluster settle first. */
import { absence, type EventObject, eventLines, eventsOf, evidenceOf, type Subject } from './evidence.ts';
import { conditionsOf, obstacleOf, readyReplicas } from './readiness.ts';

/** Where the object is. */
export interface Where {
  /** `default` unless given. */
  readonly namespace?: string;
}

/** A condition besides its type. */
export interface ConditionWish extends Where {
  /** `True` unless given. */
  readonly status?: 'True' | 'False' | 'Unknown';
  readonly reason?: string;
}

/** An Event; what is not said may be anything. */
export interface EventWish extends Where {
  readonly reason?: string;
  /** The object: `pod/web` */
  readonly about?: string;
  readonly type?: 'Normal' | 'Warning';
  /** The whole message, or what it is like. */
  readonly message?: string | RegExp;
}

/** What can be expected of a cluster: `await expect(cluster).toBeReady('deployment/web')`. */
export interface ClusterMatchers {
  /** Of a Deployment, ReplicaSet, StatefulSet, DaemonSet or whatever has `status.readyReplicas`. */
  toHaveReadyReplicas(target: string, count: number, where?: Where): Promise<void>;
  /** A pod or node is ready, a Deployment rolled out, a Job complete, a claim bound; others by their condition. */
  toBeReady(target: string, where?: Where): Promise<void>;
  toHaveObject(target: string, where?: Where): Promise<void>;
  toHaveCondition(target: string, type: string, wish?: ConditionWish): Promise<void>;
  toHaveEvent(wish: EventWish): Promise<void>;
}

/** What a matcher has found. */
export interface Outcome {
  readonly pass: boolean;
  message(): string;
}

const DEFAULT_NAMESPACE = 'default';

/** @throws TypeError for what is no cluster */
function subjectOf(received: unknown): Subject {
  const isSubject = ['settle', 'get', 'list', 'resolve'].every(
    (name) => typeof (received as Record<string, unknown> | undefined)?.[name] === 'function',
  );
  if (isSubject) return received as Subject;
  throw new TypeError('expect() has to be given a cluster or a client of one');
}

/** @param found what there is instead; called only when somebody wants to know */
async function outcome(pass: boolean, wish: string, found: () => Promise<string>): Promise<Outcome> {
  // Whoever negates the matcher reads the same of a cluster that is as it should not be.
  const evidence = await found();
  return { pass, message: () => `expected the cluster${pass ? ' not' : ''} ${wish}\n${evidence}` };
}

async function aboutObject(
  received: unknown,
  target: string,
  { namespace = DEFAULT_NAMESPACE }: Where,
  wish: string,
  check: (object: object) => { readonly pass: boolean; readonly found: string },
): Promise<Outcome> {
  const cluster = subjectOf(received);
  await cluster.settle();
  const { namespaced } = await cluster.resolve(target.split('/')[0] ?? '');
  const place = namespaced ? namespace : '';
  const object = await cluster.get(target, { namespace });
  if (!object) return outcome(false, wish, () => absence(cluster, target, place));
  const { pass, found } = check(object);
  return outcome(pass, wish, async () => `${found}\n${await evidenceOf(cluster, target, place, object)}`);
}

const fits = (text: string | undefined, wish: string | RegExp | undefined): boolean =>
  wish === undefined || (typeof wish === 'string' ? text === wish : wish.test(text ?? ''));

/** The matchers, to be given to `expect.extend()`. */
export const matchers = {
  toHaveReadyReplicas(received: unknown, target: string, count: number, where: Where = {}): Promise<Outcome> {
    return aboutObject(received, target, where, `to have ${count} ready replicas of ${target}`, (object) => {
      const ready = readyReplicas(object);
      return { pass: ready === count, found: `${ready} are ready.` };
    });
  },

  toBeReady(received: unknown, target: string, where: Where = {}): Promise<Outcome> {
    return aboutObject(received, target, where, `to have ${target} ready`, (object) => {
      const obstacle = obstacleOf(object);
      return {
        pass: obstacle === undefined,
        found: obstacle === undefined ? 'It is ready.' : `Not ready: ${obstacle}.`,
      };
    });
  },

  toHaveObject(received: unknown, target: string, where: Where = {}): Promise<Outcome> {
    const { namespace } = where;
    const place = namespace === undefined ? '' : ` in namespace ${namespace}`;
    return aboutObject(received, target, where, `to have ${target}${place}`, () => ({
      pass: true,
      found: 'It is there.',
    }));
  },

  toHaveCondition(received: unknown, target: string, type: string, wish: ConditionWish = {}): Promise<Outcome> {
    const { status = 'True', reason } = wish;
    const words = `${type}=${status}${reason === undefined ? '' : ` for the reason ${reason}`}`;
    return aboutObject(received, target, wish, `to have ${target} with the condition ${words}`, (object) => {
      const conditions = conditionsOf(object);
      const pass = conditions.some(
        (found) => found.type === type && found.status === status && fits(found.reason, reason),
      );
      const found = conditions.map((has) => `${has.type}=${has.status}${has.reason ? ` (${has.reason})` : ''}`);
      return { pass, found: found.length === 0 ? 'It has no conditions.' : `Its conditions: ${found.join(', ')}` };
    });
  },

  async toHaveEvent(received: unknown, wish: EventWish): Promise<Outcome> {
    const cluster = subjectOf(received);
    const { about, namespace = DEFAULT_NAMESPACE, reason, type, message } = wish;
    const [resource = '', name = ''] = about?.split('/') ?? [];
    const kind = about === undefined ? undefined : await cluster.resolve(resource);
    await cluster.settle();
    const events = await eventsOf(cluster, kind && !kind.namespaced ? '' : namespace);
    const isAbout = ({ involvedObject }: EventObject): boolean =>
      kind === undefined || (involvedObject?.kind === kind.kind && involvedObject.name === name);
    const pass = events.some(
      (event) => isAbout(event) && fits(event.reason, reason) && fits(event.type, type) && fits(event.message, message),
    );
    const words = [
      ...(type === undefined ? [] : [type]),
      ...(reason === undefined ? [] : [reason]),
      ...(about === undefined ? [] : [`about ${about}`]),
      ...(message === undefined ? [] : [`with the message ${String(message)}`]),
    ];
    return outcome(pass, ['to have an Event', ...words].join(' '), async () =>
      eventLines(events, 'There is no Event in that namespace.'),
    );
  },
};
