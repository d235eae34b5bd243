import type { Life } from '../life.ts';
import { CORE } from './core.ts';

/** The lives that are recorded: one for each kind of each version. */
export const LIVES: readonly Life[] = [...CORE];
