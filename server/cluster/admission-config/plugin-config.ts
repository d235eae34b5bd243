/** The configuration of one admission plugin, as a file has it. */
import type { FieldProblem } from '../../kube/field-problem.ts';

export interface PluginConfig {
  readonly value: unknown;
  /** Tells what is wrong, with the place in the file. */
  readonly located: (problems: readonly FieldProblem[]) => Error;
}

/** What is wrong with a configuration. @throws Error */
export function refuse(config: PluginConfig, problems: readonly FieldProblem[]): never {
  throw config.located(problems);
}

/** @throws Error unless there are no problems */
export function checked<T>(config: PluginConfig, value: T | undefined, problems: readonly FieldProblem[]): T {
  return value === undefined || problems.length > 0 ? refuse(config, problems) : value;
}
