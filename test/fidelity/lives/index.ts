import type { Life } from '../life.ts';
import { CORE } from './core.ts';
import { NETWORK } from './network.ts';
import { POLICY } from './policy.ts';
import { REVIEWS, STORAGE_KINDS } from './storage.ts';
import { WORKLOADS } from './workloads.ts';

/** The lives that are recorded: one for each kind of each version. */
export const LIVES: readonly Life[] = [...CORE, ...WORKLOADS, ...NETWORK, ...POLICY, ...STORAGE_KINDS, ...REVIEWS];
