import type { Scenario } from '../scenario.ts';
import { clock } from './clock.ts';
import { costs } from './costs.ts';
import { create } from './create.ts';
import { customKinds } from './custom-kinds.ts';
import { deployment } from './deployment.ts';
import { durable } from './durable.ts';
import { etcd } from './etcd.ts';
import { fanOut } from './fan-out.ts';
import { get } from './get.ts';
import { hundredThousandPods } from './hundred-thousand-pods.ts';
import { inProcess } from './in-process.ts';
import { journal } from './journal.ts';
import { manyNodes } from './nodes.ts';
import { pods } from './pods.ts';
import { rules } from './rules.ts';
import { scheduler } from './scheduler.ts';
import { idle, start } from './start.ts';
import { tenThousandPods } from './ten-thousand-pods.ts';
import { virtualClusters } from './virtual-clusters.ts';
import { workers } from './workers.ts';
import { writes } from './writes.ts';

/** In the order of the table. */
export const SCENARIOS: readonly Scenario[] = [
  start,
  idle,
  get,
  create,
  writes,
  durable,
  inProcess,
  tenThousandPods,
  fanOut,
  workers,
  scheduler,
  deployment,
  manyNodes,
  pods,
  customKinds,
  rules,
  virtualClusters,
  clock,
  journal,
  etcd,
  costs,
  hundredThousandPods,
];
