// What the programs of this folder share: who they are, how they say what held, and how they compare.
import { isDeepStrictEqual } from 'node:util';

const PATIENCE_MS = 60_000;

export const namespace = process.env.NAMESPACE ?? 'default';
/** Whether it runs as an administrator, and not as a user of its namespace. */
export const isAdmin = process.env.SCOPE !== 'namespace';

const told = (error) => String(error?.message ?? JSON.stringify(error) ?? error).replaceAll('\n', ' ');

/** Runs one part, and says whether it held. */
export async function check(what, test) {
  let late;
  const patience = new Promise((_, reject) => {
    late = setTimeout(() => reject(new Error('waited in vain')), PATIENCE_MS);
  });
  try {
    await Promise.race([test(), patience]);
    process.stdout.write(`ok ${what}\n`);
  } catch (error) {
    process.exitCode = 1;
    process.stdout.write(`not ok ${what}: ${told(error).slice(0, 1500)}\n`);
  } finally {
    clearTimeout(late);
  }
}

/** Fields that an answer has not are the same as undefined ones. */
export function equal(actual, expected, of = '') {
  const plain = (value) => (value === undefined ? undefined : JSON.parse(JSON.stringify(value)));
  if (!isDeepStrictEqual(plain(actual), plain(expected)))
    throw new Error(`${of && `${of}: `}${JSON.stringify(actual)}, not ${JSON.stringify(expected)}`);
}

export function matches(actual, pattern) {
  if (!pattern.test(actual)) throw new Error(`${JSON.stringify(actual)} does not match ${pattern}`);
}

/** @returns the Status that a call is refused with, whose code and reason are these */
export async function refused(call, code, reason) {
  let answer;
  try {
    answer = await call;
  } catch (error) {
    if (error.code !== code) throw error;
    const status = typeof error.body === 'string' ? JSON.parse(error.body) : error.body;
    equal([status.kind, status.status, status.code, status.reason], ['Status', 'Failure', code, reason]);
    return status;
  }
  throw new Error(`was not refused: ${JSON.stringify(answer)}`);
}

/** A promise that others settle. */
export function deferred() {
  let [resolve, reject] = [];
  const promise = new Promise((...both) => {
    [resolve, reject] = both;
  });
  return { promise, resolve, reject };
}
