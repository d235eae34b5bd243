/**
 * Answers that take their time, in places that cannot wait. Whoever lacks an answer throws {@link Undecided}; whoever
 * can wait wraps what asks in {@link decided}, which finds the answer and does the same again. Where every answer is
 * there at once, nobody waits.
 */

/** Thrown where an answer is missing that somebody outside has to give. */
export class Undecided extends Error {
  /** What the answer is kept under. */
  readonly question: string;
  /** Finds the answer. It never fails: a failure is an answer too. */
  readonly find: () => Promise<unknown>;

  constructor(question: string, find: () => Promise<unknown>) {
    super('nobody waits for the answer of a webhook here');
    this.question = question;
    this.find = find;
  }
}

/** The answers of whoever asks again right now; only code without a pause in it sees them. */
let found: ReadonlyMap<string, unknown> | undefined;

/** An answer that was found for whoever asks again. */
export const foundAnswer = (question: string): unknown => found?.get(question);

/**
 * Does something that may lack answers, and does it again with each answer that was found.
 *
 * @param act asks before it changes anything, and does not wait
 * @example
 * const decision = await decided(() => authorizer.authorize(question));
 */
export function decided<T>(act: () => T): T | Promise<Awaited<T>> {
  try {
    return act();
  } catch (error) {
    if (!(error instanceof Undecided)) throw error;
    return again(act, error, new Map(found));
  }
}

async function again<T>(act: () => T, first: Undecided, answers: Map<string, unknown>): Promise<Awaited<T>> {
  for (let missing = first; ; ) {
    answers.set(missing.question, await missing.find());
    try {
      return await withAnswers(answers, act);
    } catch (error) {
      if (!(error instanceof Undecided)) throw error;
      missing = error;
    }
  }
}

/** Nobody else gets to run before the answers are gone again. */
function withAnswers<T>(answers: ReadonlyMap<string, unknown>, act: () => T): T {
  const outer = found;
  found = answers;
  try {
    return act();
  } finally {
    found = outer;
  }
}
