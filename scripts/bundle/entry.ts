/** What the bundle in dist/ gives to those who load it. */
export { compileBySpentTime } from '../../server/base/engine-effort.ts';
export { startCluster } from '../../server/index.ts';

export const runCommandLine = async (argv: readonly string[]): Promise<void> => {
  const { runCommandLine: run } = await import('../../server/command-line/main.ts');
  return run(argv);
};
