/** What keeps a typing error in the options of `cluster.requests` from passing in silence. */
import { didYouMean } from '../../base/near-names.ts';
import { badRequest } from '../../kube/api-error.ts';
import { LIMITS } from '../../kube/limits.ts';

const COUNT_MAX = LIMITS.journaledRequests;

type Check = (value: unknown, name: string) => void;

/** @throws ApiError 400 */
function checkWhole(value: unknown, name: string, minimum: number, maximum: number): void {
  if (Number.isInteger(value) && Number(value) >= minimum && Number(value) <= maximum) return;
  throw badRequest(`${name} has to be a whole number from ${minimum} to ${maximum}, and is ${JSON.stringify(value)}`);
}

const wholeFrom =
  (minimum: number, maximum: number): Check =>
  (value, name) =>
    checkWhole(value, name, minimum, maximum);

const isMark = wholeFrom(0, Number.MAX_SAFE_INTEGER);

function isBoolean(value: unknown, name: string): void {
  if (typeof value !== 'boolean') throw badRequest(`${name} has to be a boolean, and is ${JSON.stringify(value)}`);
}

function isTimeout(value: unknown, name: string): void {
  const maximum = LIMITS.requestWaitMs / 1000;
  if (typeof value === 'number' && value >= 0 && value <= maximum) return;
  throw badRequest(`${name} has to be a number from 0 to ${maximum}, and is ${JSON.stringify(value)}`);
}

function isMarkOrDate(value: unknown, name: string): void {
  if (Number.isSafeInteger(value) && Number(value) >= 0) return;
  if (value instanceof Date && !Number.isNaN(value.getTime())) return;
  throw badRequest(`${name} has to be a mark or a Date, and is ${JSON.stringify(value)}`);
}

const CHECKS = {
  wait: { count: wholeFrom(1, COUNT_MAX), since: isMark, timeoutSeconds: isTimeout, controllers: isBoolean },
  search: {
    since: isMarkOrDate,
    limit: wholeFrom(1, COUNT_MAX),
    controllers: isBoolean,
    inFlight: isBoolean,
  },
  made: { times: wholeFrom(0, COUNT_MAX), since: isMark },
  notMade: { since: isMark },
  replay: { exact: isBoolean },
} satisfies Readonly<Record<string, Readonly<Record<string, Check>>>>;

/** The names of the options of a wait. */
export const WAIT_OPTIONS: readonly string[] = Object.keys(CHECKS.wait);

/** @throws ApiError 400 for options that there are not, and for values of the wrong type */
export function checkOptions(of: keyof typeof CHECKS, options: unknown): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options))
    throw badRequest(`the options have to be an object, and are ${JSON.stringify(options)}`);
  const checks: Readonly<Record<string, Check>> = CHECKS[of];
  const known = Object.keys(checks);
  for (const [name, value] of Object.entries(options) as [string, unknown][]) {
    if (value === undefined) continue;
    const check = Object.hasOwn(checks, name) ? checks[name] : undefined;
    if (!check)
      throw badRequest(
        `there is no option ${JSON.stringify(name)}; there are ${known.join(', ')}${didYouMean(name, known)}`,
      );
    check(value, name);
  }
}
