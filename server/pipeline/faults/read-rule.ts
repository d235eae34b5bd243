/** From what somebody wrote to a rule that can be followed; nothing is guessed. */
import { LIMITS } from '../../kube/limits.ts';
import { WrongField } from '../../kube/script-fields.ts';
import type { ApiRequest, HangUpScope } from '../request.ts';
import { isLongRunning } from '../request-info.ts';
import { type FaultAnswer, readCode, readConflict, readStatus, readThrottle } from './answers.ts';
import { type Delay, readDelay } from './delay.ts';
import type { FaultRule } from './fault-rule.ts';
import { type Matcher, matcherOf } from './matching.ts';
import {
  duration,
  type Fields,
  fieldsOf,
  filledText,
  fraction,
  oneOf,
  optional,
  type Read,
  whole,
} from './rule-fields.ts';
import { readWatchFault, type WatchFault } from './watch-fault.ts';

/** What happens to a request. */
export interface RequestFault {
  readonly type: 'request';
  readonly delay?: Delay;
  readonly stale?: number;
  /** Answers instead of whoever else would. */
  readonly answer?: FaultAnswer;
  readonly reset?: 'before' | 'after';
  /** `true` is half of the body. */
  readonly truncate?: true | number;
  readonly scope: HangUpScope;
  /** Whether such a request can have this fault at all. */
  suits(request: ApiRequest): boolean;
}

/** What happens to something else than requests, for as long as the rule holds. */
export type StateFault =
  | { readonly type: 'certificate' }
  | { readonly type: 'node'; readonly node: string }
  | { readonly type: 'controller'; readonly controller: string; readonly namespace: string | undefined };

export interface ReadRule {
  readonly name: string | undefined;
  readonly matcher: Matcher;
  readonly times: number;
  readonly after: number;
  readonly probability: number;
  readonly expiresMs: number | undefined;
  readonly effect: RequestFault | WatchFault | StateFault;
}

const ANSWERS = ['code', 'status', 'throttle', 'conflict'] as const;
const ENDS = ['reset', 'truncate'] as const;
const STATES = ['certificate', 'node', 'controller'] as const;
const REQUEST_EFFECTS = ['delay', 'stale', ...ANSWERS, ...ENDS] as const;
const EFFECTS: readonly (keyof FaultRule)[] = [...REQUEST_EFFECTS, 'watch', ...STATES];
const COUNTS = ['match', 'times', 'after', 'probability'] as const;
const FIELDS: readonly (keyof FaultRule)[] = ['name', ...COUNTS, 'expires', ...EFFECTS, 'scope', 'namespace', 'state'];

const MANY = Number.MAX_SAFE_INTEGER;
const STALE_MAX = LIMITS.retainedEvents;
const NAME = /^[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?$/;

const ruleName: Read<string> = (value, path) => {
  if (typeof value === 'string' && NAME.test(value)) return value;
  throw new WrongField(`${path} has to be up to 63 small letters, digits, - and ., not ${JSON.stringify(value)}`);
};

/** Refuses fields that say nothing beside an effect. */
function forbid(fields: Fields, path: string, names: readonly string[], beside: string): void {
  const found = names.find((name) => name in fields);
  if (found !== undefined) throw new WrongField(`${path}.${found} cannot stand beside ${path}.${beside}`);
}

/** @throws WrongField that says where and what */
export function readRule(value: unknown, path = 'rule'): ReadRule {
  const fields = fieldsOf(value, path, FIELDS);
  const given = EFFECTS.filter((name) => name in fields);
  const [first] = given;
  if (first === undefined) throw new WrongField(`${path} does nothing: it needs one of ${EFFECTS.join(', ')}`);
  const alone = given.find((name) => name === 'watch' || STATES.some((state) => state === name));
  if (alone !== undefined)
    forbid(
      fields,
      path,
      EFFECTS.filter((name) => name !== alone),
      alone,
    );
  const effect = STATES.some((state) => state === alone)
    ? readState(fields, path)
    : alone === 'watch'
      ? readWatch(fields, path)
      : readRequestFault(fields, path);
  const matcher = matcherOf(fields.match, `${path}.match`);
  checkVerbs(fields, path, matcher);
  return {
    name: optional(fields, 'name', path, ruleName),
    matcher,
    times: optional(fields, 'times', path, whole(1, MANY)) ?? ('conflict' in fields ? 1 : MANY),
    after: optional(fields, 'after', path, whole(0, MANY)) ?? 0,
    probability: optional(fields, 'probability', path, fraction) ?? 1,
    expiresMs: optional(fields, 'expires', path, duration(LIMITS.faultExpiryMs, true)),
    effect,
  };
}

function forbidScope(fields: Fields, path: string): void {
  if ('scope' in fields) throw new WrongField(`${path}.scope says something only beside reset, truncate and watch.cut`);
}

function readWatch(fields: Fields, path: string): WatchFault {
  forbid(fields, path, ['namespace', 'state'], 'watch');
  const { watch } = fields;
  if (typeof watch !== 'object' || watch === null || !('cut' in watch)) forbidScope(fields, path);
  const scope = optional(fields, 'scope', path, oneOf('request', 'connection')) ?? 'request';
  return readWatchFault(fields.watch, `${path}.watch`, scope);
}

function readState(fields: Fields, path: string): StateFault {
  const name = STATES.find((state) => state in fields) ?? 'node';
  forbid(fields, path, [...COUNTS, 'scope'], name);
  if (name !== 'controller') forbid(fields, path, ['namespace'], name);
  if (name === 'certificate') {
    forbid(fields, path, ['state'], name);
    optional(fields, name, path, oneOf('expired'));
    return { type: 'certificate' };
  }
  const state = name === 'node' ? 'lost' : 'off';
  if (fields.state !== state)
    throw new WrongField(`${path}.state has to be ${JSON.stringify(state)} beside ${path}.${name}`);
  const what = filledText(fields[name], `${path}.${name}`);
  if (name === 'node') return { type: 'node', node: what };
  return { type: 'controller', controller: what, namespace: optional(fields, 'namespace', path, filledText) };
}

const ANSWER_READERS: Readonly<Record<(typeof ANSWERS)[number], Read<FaultAnswer>>> = {
  code: readCode,
  status: readStatus,
  throttle: readThrottle,
  conflict: readConflict,
};

const bytesOrTrue: Read<true | number> = (value, path) => {
  if (value === true) return value;
  if (typeof value === 'number') return whole(0, MANY)(value, path);
  throw new WrongField(`${path} has to be true, or a number of bytes, not ${JSON.stringify(value)}`);
};

function readRequestFault(fields: Fields, path: string): RequestFault {
  forbid(fields, path, ['namespace', 'state'], EFFECTS.find((name) => name in fields) ?? '');
  const [ending, another] = [...ANSWERS, ...ENDS].filter((name) => name in fields);
  if (ending !== undefined && another !== undefined) forbid(fields, path, [another], ending);
  if (!('reset' in fields) && !('truncate' in fields)) forbidScope(fields, path);
  const delay = optional(fields, 'delay', path, readDelay);
  const stale = optional(fields, 'stale', path, whole(1, STALE_MAX));
  const reset = optional(fields, 'reset', path, oneOf('before', 'after'));
  const truncate = optional(fields, 'truncate', path, bytesOrTrue);
  const answers = ANSWERS.find((name) => name in fields);
  if (stale !== undefined && (answers !== undefined || reset !== undefined))
    forbid(fields, path, ['stale'], answers ?? 'reset');
  const answer = answers && optional(fields, answers, path, ANSWER_READERS[answers]);
  return {
    type: 'request',
    ...(delay && { delay }),
    ...(stale !== undefined && { stale }),
    ...(answer && { answer }),
    ...(reset && { reset }),
    ...(truncate !== undefined && { truncate }),
    scope: optional(fields, 'scope', path, oneOf('request', 'connection')) ?? 'request',
    suits: suitor(fields),
  };
}

/** A conflict is about writes, stale state about reads. */
const VERBS_OF = { conflict: ['update', 'patch'], stale: ['get', 'list'], watch: ['watch'] } as const;

/** Refuses a rule whose verbs are none that its effect is about: it would never do anything. @throws WrongField */
function checkVerbs(fields: Fields, path: string, { verbs }: Matcher): void {
  const effect = (['conflict', 'stale', 'watch'] as const).find((name) => name in fields);
  if (effect === undefined || verbs === undefined) return;
  const suited: readonly string[] = VERBS_OF[effect];
  if (verbs.some((verb) => verb === '*' || suited.includes(verb))) return;
  throw new WrongField(`${path}.${effect} is about ${suited.join(' and ')}: ${path}.match.verbs would never match any`);
}

/** Only what ends by itself has a middle. */
function suitor(fields: Fields): (request: ApiRequest) => boolean {
  if ('conflict' in fields) return ({ info: { verb } }) => VERBS_OF.conflict.some((one) => one === verb);
  if ('stale' in fields) {
    return ({ info: { verb, subresource } }) =>
      VERBS_OF.stale.some((one) => one === verb) && (subresource === '' || subresource === 'status');
  }
  if ('truncate' in fields) return ({ info, isUpgrade }) => !isLongRunning(info) && isUpgrade !== true;
  return () => true;
}
