import { type Cancel, rfc3339 } from '../../server/base/clock.ts';
import type { Frozen } from '../../server/base/freeze.ts';
import { ApiError } from '../../server/kube/api-error.ts';
import { type Key, keyOf } from '../../server/kube/object.ts';
import type { Namespace } from '../../server/kube/types.gen.ts';
import type { ControllerDefinition, ControllerEnv } from '../lib/controller.ts';
import type { Again } from '../lib/work-queue.ts';
import { type Findings, updatedConditions } from './conditions.ts';
import { deletableResources, deleteContent, type Pass } from './content.ts';
import { Leftovers } from './leftovers.ts';

const NAMESPACES = 'v1/namespaces';
/** The entry in `spec.finalizers` that stands for this controller. */
const FINALIZER = 'kubernetes';

/** A pass that failed is repeated after this, doubled each time up to a minute (nsControllerRateLimiter). */
const FIRST_RETRY_MS = 100;
const LONGEST_RETRY_MS = 60 * 1000;

/**
 * Content that finalizers keep is looked at so long after some of it went. Upstream looks after eight seconds at the
 * earliest, and clients count on still seeing the namespace after they took off the last finalizer.
 */
const FINALIZERS_DELAY_MS = 1000;

interface Memory {
  readonly leftovers: Leftovers;
  readonly failures: Map<string, number>;
}

const memories = new WeakMap<ControllerEnv, Memory>();

/** Empties namespaces that are being deleted, and then lets them go. */
export const controller: ControllerDefinition = {
  name: 'namespace-controller',
  queue: 'namespace',
  account: 'namespace-controller',
  concerns: (resource) => resource === 'namespaces',
  watches: [
    {
      resource: NAMESPACES,
      keys: (namespace) => (namespace.metadata.deletionTimestamp === undefined ? [] : [keyOf(namespace)]),
    },
  ],
  start,
  reconcile,
};

function start(env: ControllerEnv): Cancel {
  const leftovers = new Leftovers(env);
  memories.set(env, { leftovers, failures: new Map() });
  return () => leftovers.stop();
}

async function reconcile(key: Key, env: ControllerEnv): Promise<Again | undefined> {
  const memory = memories.get(env);
  if (!memory) return undefined;
  const { leftovers, failures } = memory;
  const { name } = key;
  await leftovers.pause(name);
  const namespace = await terminating(key, env);
  if (!namespace) {
    leftovers.forget(name);
    failures.delete(name);
    return undefined;
  }
  // From here on nothing that goes is missed: it may be the last thing.
  leftovers.expect(name, 0);
  const { findings, estimateSeconds } = await pass(namespace, env);
  const latest = await tell(namespace, findings, env);
  if (findings.discoveryError !== undefined || findings.contentErrors.length > 0) {
    const times = failures.get(name) ?? 0;
    failures.set(name, times + 1);
    env.log.debug({ namespace: name, ...findings }, 'content could not be deleted');
    return { againInMs: Math.min(FIRST_RETRY_MS * 2 ** times, LONGEST_RETRY_MS), kind: 'retry' };
  }
  failures.delete(name);
  if (findings.finalizers?.size) leftovers.expect(name, FINALIZERS_DELAY_MS);
  // Most often a deletion wakes the namespace earlier.
  if (estimateSeconds > 0) return { againInMs: (Math.floor(estimateSeconds / 2) + 1) * 1000 };
  leftovers.forget(name);
  await finalize(latest, env);
  return undefined;
}

async function pass(namespace: Frozen<Namespace>, { client, clock }: ControllerEnv): Promise<Pass> {
  try {
    const failed = await client.undiscovered();
    const resources = deletableResources(await client.resources());
    const { findings, estimateSeconds } = await deleteContent(client, namespace, resources, clock.now());
    if (failed.length === 0) return { findings, estimateSeconds };
    return { findings: { ...findings, discoveryError: discoveryError(failed) }, estimateSeconds };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return { findings: { discoveryError: error.message, contentErrors: [] }, estimateSeconds: 0 };
  }
}

/** What other servers serve may be in the namespace too (ErrGroupDiscoveryFailed). */
function discoveryError(groupVersions: readonly string[]): string {
  const each = [...groupVersions].sort().map((name) => `${name}: stale GroupVersion discovery: ${name}`);
  const what = `unable to retrieve the complete list of server APIs: ${each.join(', ')}`;
  return `Discovery failed for some groups, ${groupVersions.length} failing: ${what}`;
}

async function read(key: Key, env: ControllerEnv): Promise<Frozen<Namespace> | undefined> {
  try {
    return await env.client.get<Namespace>(NAMESPACES, key);
  } catch (error) {
    if (error instanceof ApiError && error.code === 404) return undefined;
    throw error;
  }
}

/** Repeats a change of a namespace with its newest version until nobody else was faster. */
async function changed(
  namespace: Frozen<Namespace>,
  env: ControllerEnv,
  change: (latest: Frozen<Namespace>) => Promise<Frozen<Namespace>>,
): Promise<Frozen<Namespace> | undefined> {
  for (let latest = namespace; ; ) {
    try {
      return await change(latest);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (error.code === 404) return undefined;
      if (error.reason !== 'Conflict') throw error;
    }
    const next = await read(keyOf(namespace), env);
    if (!next || next.metadata.uid !== namespace.metadata.uid) return undefined;
    latest = next;
  }
}

/** The namespace if there is something to do for it, with the phase that says so. */
async function terminating(key: Key, env: ControllerEnv): Promise<Frozen<Namespace> | undefined> {
  const current = await read(key, env);
  if (!current || current.metadata.deletionTimestamp === undefined) return undefined;
  const namespace = await changed(current, env, async (latest) => {
    if (latest.metadata.deletionTimestamp === undefined || latest.status.phase === 'Terminating') return latest;
    const status = { ...latest.status, phase: 'Terminating' };
    return env.client.update<Namespace>(NAMESPACES, { ...latest, status }, 'status');
  });
  return namespace?.metadata.deletionTimestamp !== undefined && namespace.spec.finalizers?.length
    ? namespace
    : undefined;
}

/** Writes the conditions. Upstream does not mind when that fails. */
async function tell(namespace: Frozen<Namespace>, findings: Findings, env: ControllerEnv): Promise<Frozen<Namespace>> {
  const conditions = updatedConditions(namespace.status.conditions ?? [], findings, rfc3339(env.clock.now()));
  if (!conditions) return namespace;
  try {
    return await env.client.update<Namespace>(
      NAMESPACES,
      { ...namespace, status: { ...namespace.status, conditions } },
      'status',
    );
  } catch (err) {
    env.log.debug({ namespace: namespace.metadata.name, err }, 'conditions were not written');
    return namespace;
  }
}

async function finalize(namespace: Frozen<Namespace>, env: ControllerEnv): Promise<void> {
  await changed(namespace, env, (latest) => {
    const { finalizers = [] } = latest.spec;
    const left = [...new Set(finalizers)].filter((finalizer) => finalizer !== FINALIZER).sort();
    return env.client.update<Namespace>(NAMESPACES, { ...latest, spec: { finalizers: left } }, 'finalize');
  });
}
