/** Controllers in a process of their own, against any API server. */

import { createControllers, INSIDE_ONLY } from '../controllers/index.ts';
import { createKubelet } from '../controllers/kubelet/index.ts';
import { SimulatedNodes } from '../controllers/kubelet/simulated-nodes.ts';
import { Client } from '../controllers/lib/client.ts';
import type { ControllerDefinition } from '../controllers/lib/controller.ts';
import { type ApiServer, Connection, type Headers } from '../controllers/lib/http/connection.ts';
import { HttpTransport } from '../controllers/lib/http/http-transport.ts';
import { LeaderElection } from '../controllers/lib/leader-election.ts';
import { ControllerManager } from '../controllers/lib/manager.ts';
import { fullName } from '../controllers/lib/switches.ts';
import { Activity } from './base/activity.ts';
import { type Cancel, type Clock, systemClock } from './base/clock.ts';
import { createLogger, type LogLevel } from './base/log.ts';
import { systemRandom } from './base/random.ts';
import { readPodBehaviours } from './cluster/pod-behaviours.ts';
import type { User } from './kube/object.ts';
import { createDeviceMatcher } from './schema/cel/devices/match.ts';
import { podTemplateHash } from './schema/hash/pod-template-hash.ts';
import { typesOfServer } from './schema/kubernetes-versions.ts';
import type { TypeTable } from './schema/type-table.ts';
import { checkNames, isEnabled } from './start-options.ts';

export interface OutsideOptions {
  readonly server: ApiServer;
  /** Controllers to run: names, `*` for all but the kubelet, `-name` for those not to run. */
  readonly only: readonly string[];
  /** Controllers of your own. */
  readonly extraControllers?: readonly ControllerDefinition[];
  /** Each acts as its own service account, by impersonation; otherwise all act as whoever the server takes us for. */
  readonly useServiceAccountCredentials?: boolean;
  /** Only the process that has the Lease kube-system/fauxkube-controllers works. The value is this process's name. */
  readonly leaderElect?: string;
  /** Called when another process may lead; this one has stopped then. */
  readonly onLost?: () => void;
  readonly logLevel?: LogLevel;
  readonly clock?: Clock;
}

/** Controllers that run in this process, and work elsewhere. */
export interface OutsideControllers extends AsyncDisposable {
  /** Those that run, or will when this process leads. */
  readonly names: readonly string[];
  /** Resolves when they work: at once, or when this process leads. */
  readonly leading: Promise<void>;
  /** Resolves when none has anything to do, as far as it knows. */
  idle(): Promise<void>;
  stop(): Promise<void>;
}

const LEASE = { namespace: 'kube-system', name: 'fauxkube-controllers' };
const KUBELET = 'kubelet';

/**
 * Runs controllers in this process against any API server.
 *
 * @throws Error when there is no controller of such a name
 * @example
 * await using controllers = await startControllers({ server, only: ['deployment', 'replicaset'] });
 */
export async function startControllers(options: OutsideOptions): Promise<OutsideControllers> {
  const { server, only, extraControllers = [], logLevel = 'warn', clock = systemClock() } = options;
  const random = systemRandom();
  const activity = new Activity();
  const connection = new Connection(server, clock);
  const table = await tableOf(connection, clock);
  const definitions = [
    ...createControllers({
      matchDevice: createDeviceMatcher(),
      ...(server.caCertificate !== undefined && { caCertificate: server.caCertificate }),
    }),
    createKubelet(table.gitVersion, new SimulatedNodes(), { events: 'problems' }, () => readPodBehaviours([]))
      .controller,
    ...extraControllers,
  ];
  try {
    checkOutside(only);
    checkNames(only.filter(isToRun), definitions, '--only');
  } catch (error) {
    connection.close();
    throw error;
  }
  const isWanted = ({ name }: ControllerDefinition): boolean =>
    (name !== KUBELET || only.includes(KUBELET)) && isEnabled(name, only);
  const wanted = definitions.filter(isWanted);
  const transportOf = (headers: Headers): HttpTransport => new HttpTransport({ connection, clock, random, headers });
  const manager = new ControllerManager({
    definitions: wanted,
    transport: (user, agent) =>
      transportOf({
        'user-agent': agent,
        ...(options.useServiceAccountCredentials && impersonation(user)),
      }),
    clock,
    random,
    activity,
    log: createLogger(logLevel),
    enabled: () => true,
    hashTemplate: (template, count) => podTemplateHash(template, count, table),
    lacks: (resource) => table.lacks(resource),
  });
  const { leaderElect: identity } = options;
  let lead: () => void = () => undefined;
  const elected = new Promise<void>((resolve) => {
    lead = resolve;
  });
  const election =
    identity === undefined
      ? undefined
      : new LeaderElection({
          client: new Client(transportOf({ 'user-agent': 'leader-election' })),
          clock,
          lease: LEASE,
          identity,
          onLead: lead,
          onLost: () => {
            manager.stop();
            options.onLost?.();
          },
        });
  if (election) void election.start();
  else lead();
  const leading = elected.then(() => manager.start());
  const stop = async (): Promise<void> => {
    manager.stop();
    await election?.stop();
    connection.close();
  };
  return {
    names: manager.list().map(({ name }) => name),
    leading,
    idle: () => activity.idle(),
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

/** Names of controllers that are not to run may be of those that cannot run here either. */
const isToRun = (entry: string): boolean => !entry.startsWith('-') || insideOnly(entry.slice(1)) === undefined;

const insideOnly = (name: string): string | undefined => fullName(name, Object.keys(INSIDE_ONLY));

/** @throws Error for a controller that there is, but not here */
function checkOutside(only: readonly string[]): void {
  for (const name of only) {
    const full = insideOnly(name);
    if (full !== undefined)
      throw new Error(`${full} (--only) runs in the process of the server only: ${INSIDE_ONLY[full]}`);
  }
}

/** Nobody waits longer for a server that is not there yet: it is taken for one of the newest version. */
const VERSION_TIMEOUT_MS = 2000;

/** What the server has: an older one does not serve everything that controllers ask for. */
async function tableOf(connection: Connection, clock: Clock): Promise<TypeTable> {
  const asked = connection.ask({ method: 'GET', path: '/version', headers: {} }).catch(() => ({}));
  let cancel: Cancel = () => undefined;
  const late = new Promise<object>((resolve) => {
    cancel = clock.schedule(VERSION_TIMEOUT_MS, () => resolve({}));
  });
  const { gitVersion = '' } = (await Promise.race([asked, late])) as { gitVersion?: string };
  cancel();
  return typesOfServer(gitVersion);
}

/** Whoever impersonates is in the name of somebody, and needs the right to: upstream asks for tokens instead. */
function impersonation({ name, groups }: User): Headers {
  return { 'impersonate-user': name, 'impersonate-group': groups.filter((group) => group !== 'system:authenticated') };
}
