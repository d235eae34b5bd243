import type { Cancel } from '../../server/base/clock.ts';
import type { Frozen } from '../../server/base/freeze.ts';
import { onlyAmounts, sameAmounts } from '../../server/kube/amounts.ts';
import { type Key, keyOf } from '../../server/kube/object.ts';
import { countedResources } from '../../server/kube/quota/evaluators.ts';
import type { ResourceQuota } from '../../server/kube/types.gen.ts';
import type { ControllerDefinition, ControllerEnv } from '../lib/controller.ts';
import type { Again } from '../lib/work-queue.ts';
import { Changes } from './changes.ts';
import { count } from './count.ts';

const QUOTAS = 'v1/resourcequotas';

/** Everything is counted anew after this, whatever was missed. */
const RESYNC_MS = 5 * 60 * 1000;

/** Keeps the status of quotas: what they allow, and what the objects of their namespaces use of it. */
export const controller: ControllerDefinition = {
  name: 'resourcequota-controller',
  queue: 'resourcequota_primary',
  account: 'resourcequota-controller',
  concerns: (resource) => resource === 'resourcequotas',
  watches: [],
  reads: [QUOTAS],
  workers: 5,
  start,
  reconcile,
};

function start(env: ControllerEnv): Cancel {
  const quotas = env.lister<ResourceQuota>(QUOTAS);
  const changes = new Changes(env, (namespace, resource) => {
    for (const quota of quotas.list(namespace)) {
      const isCounted =
        resource === undefined || countedResources(Object.keys(quota.spec.hard ?? {})).includes(resource);
      if (isCounted) env.enqueue(keyOf(quota));
    }
  });
  const stop = env.onChange<ResourceQuota>(QUOTAS, ({ before, now }) => {
    changes.follow(quotas.list().length > 0);
    // Charges change the status all the time, and are right.
    if (now && !(before && sameAmounts(before.spec.hard ?? {}, now.spec.hard ?? {}))) env.enqueue(keyOf(now));
  });
  return () => {
    stop();
    changes.follow(false);
  };
}

async function reconcile(key: Key, env: ControllerEnv): Promise<Again | undefined> {
  const quota = env.lister<ResourceQuota>(QUOTAS).get(key);
  if (!quota) return undefined;
  const { spec, status } = quota;
  const hard = spec.hard ?? {};
  const counted = await count(quota, env);
  const used = onlyAmounts({ ...status.used, ...counted }, (name) => Object.hasOwn(hard, name));
  const isNew = status.hard === undefined || status.used === undefined;
  if (isNew || !sameAmounts(hard, status.hard) || !sameAmounts(used, status.used)) {
    const next: Frozen<ResourceQuota> = { ...quota, status: { hard, used } };
    await env.client.update(QUOTAS, next, 'status');
  }
  return { againInMs: RESYNC_MS, kind: 'polling' };
}
