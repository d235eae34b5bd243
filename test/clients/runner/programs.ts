import { GO_PROGRAMS } from '../go/programs.ts';
import { JAVA_PROGRAMS } from '../java/programs.ts';
import { JAVASCRIPT_PROGRAMS } from '../javascript/programs.ts';
import { PYTHON_PROGRAMS } from '../python/programs.ts';
import { RUST_PROGRAMS } from '../rust/programs.ts';
import { TOOL_PROGRAMS } from '../tools/programs.ts';
import type { Program } from './program.ts';

/** All of them, in the order of the table. */
export const PROGRAMS: readonly Program[] = [
  ...GO_PROGRAMS,
  ...JAVA_PROGRAMS,
  ...PYTHON_PROGRAMS,
  ...RUST_PROGRAMS,
  ...JAVASCRIPT_PROGRAMS,
  ...TOOL_PROGRAMS,
];
