/** AuthorizationConfiguration of apiserver.config.k8s.io/v1: the chain of authorizers. */
import { statSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import { duplicate, type FieldProblem, invalid, notSupported, required, tooMany } from '../../kube/field-problem.ts';
import { dnsSubdomainProblems } from '../../kube/names.ts';
import { formatDuration, parseDuration } from '../../schema/go-duration.ts';
import { AUTHORIZATION_MODES, type AuthorizationMode } from '../authorizers.ts';
import { decodeConfig, type Shape } from '../config-shape.ts';
import { REVIEW_VERSIONS, type ReviewVersion } from './access-review-text.ts';
import { compileCondition, type MatchCondition } from './match-conditions.ts';

/** One authorizer, as the file has it. */
interface AuthorizerEntry {
  readonly type?: string;
  readonly name?: string;
  readonly webhook?: WebhookEntry;
}

interface WebhookEntry {
  readonly authorizedTTL?: string;
  readonly cacheAuthorizedRequests?: boolean;
  readonly unauthorizedTTL?: string;
  readonly cacheUnauthorizedRequests?: boolean;
  readonly timeout?: string;
  readonly subjectAccessReviewVersion?: string;
  readonly matchConditionSubjectAccessReviewVersion?: string;
  readonly failurePolicy?: string;
  readonly connectionInfo?: { readonly type?: string; readonly kubeConfigFile?: string };
  readonly matchConditions?: readonly { readonly expression?: string }[];
}

const SHAPE: Shape = {
  authorizers: [
    {
      type: 'string',
      name: 'string',
      webhook: {
        authorizedTTL: 'string',
        cacheAuthorizedRequests: 'boolean',
        unauthorizedTTL: 'string',
        cacheUnauthorizedRequests: 'boolean',
        timeout: 'string',
        subjectAccessReviewVersion: 'string',
        matchConditionSubjectAccessReviewVersion: 'string',
        failurePolicy: 'string',
        connectionInfo: { type: 'string', kubeConfigFile: 'string' },
        matchConditions: [{ expression: 'string' }],
      },
    },
  ],
};

/** One authorizer, ready to be made. */
export interface ConfiguredAuthorizer {
  readonly name: string;
  readonly mode: AuthorizationMode;
  readonly webhook?: ConfiguredWebhook;
}

export interface ConfiguredWebhook {
  readonly kubeconfig: string;
  readonly version: ReviewVersion;
  readonly timeoutMs: number;
  readonly authorizedTtlMs: number;
  readonly unauthorizedTtlMs: number;
  readonly failurePolicy: 'NoOpinion' | 'Deny';
  readonly conditions: readonly MatchCondition[];
}

/** @returns what can be used, or what is wrong in upstream's words */
export function decodeAuthorizationConfig(
  value: unknown,
): readonly ConfiguredAuthorizer[] | { problems: FieldProblem[] } {
  const problems: FieldProblem[] = [];
  const decoded = decodeConfig<{ authorizers?: readonly AuthorizerEntry[] }>(
    value,
    'AuthorizationConfiguration',
    SHAPE,
    problems,
  );
  if (!decoded) return { problems };
  const { authorizers = [] } = decoded;
  if (authorizers.length === 0)
    problems.push(required('authorizers', 'at least one authorization mode must be defined'));
  const made = authorizers.map((entry, index) => authorizerOf(entry, authorizers.slice(0, index), index, problems));
  return problems.length > 0 ? { problems } : made.filter((one) => one !== undefined);
}

function authorizerOf(
  { type = '', name = '', webhook }: AuthorizerEntry,
  before: readonly AuthorizerEntry[],
  index: number,
  problems: FieldProblem[],
): ConfiguredAuthorizer | undefined {
  const path = `authorizers[${index}]`;
  const mode = AUTHORIZATION_MODES.find((known) => known === type);
  if (type === '') problems.push(required(`${path}.type`));
  else if (!mode) problems.push(notSupported(`${path}.type`, type, [...AUTHORIZATION_MODES].sort()));
  else if (mode !== 'Webhook' && before.some((other) => other.type === type))
    problems.push(duplicate(`${path}.type`, type));
  else {
    problems.push(...nameProblems(name, before, path));
    if (mode !== 'Webhook') {
      if (webhook) problems.push(invalid(`${path}.webhook`, 'non-null', 'may only be specified when type=Webhook'));
      // Upstream checks this last; what it says about it has no field.
      if (name !== '' && name !== mode.toLowerCase())
        problems.push({
          field: `${path}.name`,
          reason: 'FieldValueInvalid',
          message: `expected name ${mode.toLowerCase()} for authorizer ${mode} instead of ${name}`,
        });
      return { name, mode };
    }
    if (!webhook) problems.push(required(`${path}.webhook`, 'required when type=Webhook'));
    else return { name, mode, webhook: webhookOf(webhook, path, problems) };
  }
  return undefined;
}

function nameProblems(name: string, before: readonly AuthorizerEntry[], path: string): FieldProblem[] {
  if (name === '') return [required(`${path}.name`)];
  if (before.some((other) => other.name === name)) return [duplicate(`${path}.name`, name)];
  const wrong = dnsSubdomainProblems(name);
  if (wrong.length === 0) return [];
  return [invalid(`${path}.name`, name, `authorizer name is invalid: ${wrong.join(', ')}`)];
}

const MS_NS = 1_000_000n;
const TIMEOUT_MAX_MS = 30_000;
const CONDITIONS_MAX = 64;
const DEFAULT_TTLS = { authorizedTTL: '5m0s', unauthorizedTTL: '30s' } as const;

function webhookOf(entry: WebhookEntry, path: string, problems: FieldProblem[]): ConfiguredWebhook {
  const timeoutMs = duration(entry.timeout, `${path}.timeout`, problems, (ms) =>
    ms > TIMEOUT_MAX_MS || ms < 0 ? 'must be > 0s and <= 30s' : undefined,
  );
  const ttlMs = (name: 'authorizedTTL' | 'unauthorizedTTL', isCached = true): number => {
    const given = entry[name];
    const text = given === undefined || given === '0' || given === '0s' ? DEFAULT_TTLS[name] : given;
    const ms = duration(text, `${path}.${name}`, problems, (value) => (value < 0 ? 'must be > 0s' : undefined));
    return isCached ? ms : 0;
  };
  const authorizedTtlMs = ttlMs('authorizedTTL', entry.cacheAuthorizedRequests);
  const unauthorizedTtlMs = ttlMs('unauthorizedTTL', entry.cacheUnauthorizedRequests);
  const { subjectAccessReviewVersion: version = '', failurePolicy = '', matchConditions = [] } = entry;
  problems.push(...choiceProblems(`${path}.subjectAccessReviewVersion`, version, REVIEW_VERSIONS));
  const { matchConditionSubjectAccessReviewVersion: conditionVersion = '' } = entry;
  const conditionPath = `${path}.matchConditionSubjectAccessReviewVersion`;
  if (conditionVersion !== '') problems.push(...choiceProblems(conditionPath, conditionVersion, ['v1']));
  else if (matchConditions.length > 0)
    problems.push(required(conditionPath, 'required if match conditions are specified'));
  problems.push(...choiceProblems(`${path}.failurePolicy`, failurePolicy, ['NoOpinion', 'Deny']));
  problems.push(...connectionProblems(entry.connectionInfo ?? {}, `${path}.connectionInfo`));
  return {
    kubeconfig: entry.connectionInfo?.kubeConfigFile ?? '',
    version: version as ReviewVersion,
    timeoutMs,
    authorizedTtlMs,
    unauthorizedTtlMs,
    failurePolicy: failurePolicy as ConfiguredWebhook['failurePolicy'],
    conditions: conditionsOf(matchConditions, `${path}.matchConditions`, problems),
  };
}

const choiceProblems = (path: string, value: string, choices: readonly string[]): FieldProblem[] =>
  value === '' ? [required(path)] : choices.includes(value) ? [] : [notSupported(path, value, choices)];

function duration(
  text: string | undefined,
  path: string,
  problems: FieldProblem[],
  wrong: (ms: number) => string | undefined,
): number {
  let ns = 0n;
  try {
    ns = parseDuration(text ?? '0');
  } catch (error) {
    problems.push({ field: path, reason: 'FieldValueInvalid', message: (error as Error).message });
    return 0;
  }
  const ms = Number(ns / MS_NS);
  if (ns === 0n) problems.push(required(path));
  const detail = wrong(ms);
  if (detail !== undefined) problems.push(invalid(path, formatDuration(ns), detail));
  return ms;
}

function connectionProblems(
  { type = '', kubeConfigFile = '' }: NonNullable<WebhookEntry['connectionInfo']>,
  path: string,
) {
  const filePath = `${path}.kubeConfigFile`;
  if (type === '') return [required(`${path}.type`)];
  // Of the two types of upstream, the other one makes the server ask itself.
  if (type !== 'KubeConfigFile') return [notSupported(`${path}.type`, type, ['KubeConfigFile'])];
  if (kubeConfigFile === '') return [required(filePath)];
  if (!isAbsolute(kubeConfigFile)) return [invalid(filePath, kubeConfigFile, 'must be an absolute path')];
  const found = statSync(kubeConfigFile, { throwIfNoEntry: false });
  if (!found) {
    const why = `stat ${kubeConfigFile}: no such file or directory`;
    return [invalid(filePath, kubeConfigFile, `error loading file: ${why}`)];
  }
  return found.isFile() ? [] : [invalid(filePath, kubeConfigFile, 'must be a regular file')];
}

function conditionsOf(
  entries: NonNullable<WebhookEntry['matchConditions']>,
  path: string,
  problems: FieldProblem[],
): MatchCondition[] {
  if (entries.length > CONDITIONS_MAX) {
    problems.push(tooMany(path, entries.length, CONDITIONS_MAX));
    return [];
  }
  const seen = new Set<string>();
  return entries.flatMap(({ expression = '' }, index) => {
    const place = `${path}[${index}].expression`;
    const isRepeated = seen.has(expression);
    seen.add(expression);
    const made = expression.trim() === '' || isRepeated ? undefined : compileCondition(expression);
    if (typeof made === 'object') return [made];
    if (made !== undefined) problems.push(invalid(place, expression, made));
    else problems.push(expression.trim() === '' ? required(place) : duplicate(place, expression));
    return [];
  });
}
