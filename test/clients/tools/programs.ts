import type { Program } from '../runner/program.ts';

export const TOOL_PROGRAMS: readonly Program[] = [];
