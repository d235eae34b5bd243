import type { Program } from '../runner/program.ts';

export const RUST_PROGRAMS: readonly Program[] = [];
