// The package brings no types.
// oxlint-disable-next-line typescript/triple-slash-reference
/// <reference path="./jqjs.d.ts" />
/** jq programs of Stages. The engine is loaded when the first Stage comes. */

/** What a program finds in an object, without nulls; undefined when it cannot go on. */
export type Query = (object: unknown) => unknown[] | undefined;

export type CompileQuery = (program: string) => Query;

/** @throws Error that names the program when it cannot be read */
export async function loadQueries(): Promise<CompileQuery> {
  const { default: jq } = await import('@michaelhomer/jqjs');
  return (program) => {
    let run: ReturnType<typeof jq.compile>;
    try {
      run = jq.compile(program);
    } catch (error) {
      const detail = error instanceof Error ? error.message : error;
      throw new Error(
        `cannot read jq program ${JSON.stringify(program)}${typeof detail === 'string' ? `: ${detail}` : ''}`,
        {
          cause: error,
        },
      );
    }
    return (object) => {
      try {
        return [...run(object)].filter((value) => value !== null && value !== undefined);
      } catch {
        return undefined;
      }
    };
  };
}
