import { CORE, REVIEWS } from './core.ts';
import { NETWORK } from './network.ts';
import { POLICY_KINDS } from './policy.ts';
import type { Sample } from './sample.ts';
import { STORAGE } from './storage.ts';
import { WORKLOADS } from './workloads.ts';

/** One for every kind that can be written. */
export const SAMPLES: readonly Sample[] = [...CORE, ...REVIEWS, ...WORKLOADS, ...NETWORK, ...POLICY_KINDS, ...STORAGE];
