/** Tells of each FlowSchema whether the priority level that it refers to exists, as kube-apiserver does itself. */
import { rfc3339 } from '../../server/base/clock.ts';
import type { Frozen } from '../../server/base/freeze.ts';
import { goQuote } from '../../server/kube/go-quote.ts';
import { type Key, keyOf } from '../../server/kube/object.ts';
import type { FlowSchema, PriorityLevelConfiguration } from '../../server/kube/types.gen.ts';
import { type ControllerDefinition, type ControllerEnv, self } from '../lib/controller.ts';

const SCHEMAS = 'flowcontrol.apiserver.k8s.io/v1/flowschemas';
const LEVELS = 'flowcontrol.apiserver.k8s.io/v1/prioritylevelconfigurations';

async function reconcile(key: Key, env: ControllerEnv): Promise<undefined> {
  const schema = env.lister<FlowSchema>(SCHEMAS).get(key);
  if (!schema) return;
  const name = schema.spec.priorityLevelConfiguration.name;
  const exists = env.lister<PriorityLevelConfiguration>(LEVELS).get({ namespace: '', name }) !== undefined;
  const status = exists ? 'False' : 'True';
  const before = schema.status.conditions?.find(({ type }) => type === 'Dangling');
  const ending = exists ? 'and it exists' : 'but there is no such object';
  const message = `This FlowSchema references the PriorityLevelConfiguration object named ${goQuote(name)} ${ending}`;
  if (before?.status === status && before.message === message) return;
  const lastTransitionTime = before?.status === status ? before.lastTransitionTime : rfc3339(env.clock.now());
  const condition = { type: 'Dangling', status, lastTransitionTime, reason: exists ? 'Found' : 'NotFound', message };
  await env.client.patch(SCHEMAS, key, 'strategic', { status: { conditions: [condition] } }, 'status');
}

/** The schemas that refer to a priority level. */
function referrers(level: Frozen<PriorityLevelConfiguration>, env: ControllerEnv): Key[] {
  const schemas = env.lister<FlowSchema>(SCHEMAS).list();
  return schemas.filter(({ spec }) => spec.priorityLevelConfiguration.name === level.metadata.name).map(keyOf);
}

export const controller: ControllerDefinition = {
  name: 'flow-schema-status-controller',
  account: 'flow-schema-status-controller',
  // No controller of a real cluster: the API server does it under its own name.
  user: { name: 'system:apiserver', groups: ['system:masters', 'system:authenticated'] },
  agent: 'api-priority-and-fairness-config-consumer-v1',
  watches: [
    self(SCHEMAS),
    { resource: LEVELS, keys: (level, env) => referrers(level as Frozen<PriorityLevelConfiguration>, env) },
  ],
  reconcile,
};
