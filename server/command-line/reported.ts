/** Prints what a command has found out; or what is wrong, with an exit code. */
export async function reported(answer: () => Promise<string>, failureCode = 1): Promise<void> {
  try {
    process.stdout.write(await answer());
  } catch (error) {
    process.stderr.write(`fauxkube: ${(error as Error).message}\n`);
    process.exitCode = failureCode;
  }
}
