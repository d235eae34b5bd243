import { ApiError, badRequest } from '../kube/api-error.ts';
import { type FieldProblem, forbiddenField, invalidObject, notSupported } from '../kube/field-problem.ts';
import { goQuote } from '../kube/go-quote.ts';
import { readSelectors } from '../registry/selection.ts';
import { isTrue } from './request-info.ts';

/** metav1.ListOptions of a request. */
export interface ListOptions {
  readonly labelSelector: string;
  readonly fieldSelector: string;
  readonly watch: boolean;
  readonly allowWatchBookmarks: boolean;
  /** '' is unset. */
  readonly resourceVersion: string;
  readonly resourceVersionMatch: string;
  readonly timeoutSeconds: number | undefined;
  /** 0 is no limit. */
  readonly limit: number;
  readonly continue: string;
  readonly sendInitialEvents: boolean | undefined;
}

/** A parameter that is an integer. @throws ApiError 400 */
export function integerOf(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null) return undefined;
  if (/^[-+]?\d+$/.test(text) && Number.isSafeInteger(Number(text))) return Number(text);
  const what = /^[-+]?\d+$/.test(text) ? 'value out of range' : 'invalid syntax';
  throw badRequest(`strconv.ParseInt: parsing ${goQuote(text)}: ${what}`);
}

/** @throws ApiError 400 for numbers that are none, 422 for combinations that upstream refuses */
export function listOptionsOf(query: URLSearchParams, watch: boolean): ListOptions {
  const sendInitialEvents = query.get('sendInitialEvents');
  const options = withDefaults({
    labelSelector: query.get('labelSelector') ?? '',
    fieldSelector: query.get('fieldSelector') ?? '',
    watch,
    allowWatchBookmarks: isTrue(query.get('allowWatchBookmarks')),
    resourceVersion: query.get('resourceVersion') ?? '',
    resourceVersionMatch: query.get('resourceVersionMatch') ?? '',
    timeoutSeconds: integerOf(query, 'timeoutSeconds'),
    limit: Math.max(0, integerOf(query, 'limit') ?? 0),
    continue: query.get('continue') ?? '',
    sendInitialEvents: sendInitialEvents === null ? undefined : isTrue(sendInitialEvents),
  });
  const problems = watch ? watchProblems(options) : listProblems(options);
  if (problems.length > 0) {
    // Upstream reads selectors before it looks at how options go together.
    readSelectors(options.labelSelector, options.fieldSelector);
    throw invalidObject({ group: 'meta.k8s.io', kind: 'ListOptions' }, '', problems);
  }
  return options;
}

/** A watch without a version begins with the state, and tells where that ends (SetListOptionsDefaults). */
function withDefaults(options: ListOptions): ListOptions {
  const { watch, resourceVersion, resourceVersionMatch, sendInitialEvents } = options;
  const isFromStart = watch && (resourceVersion === '' || resourceVersion === '0');
  if (!isFromStart || sendInitialEvents !== undefined || resourceVersionMatch !== '') return options;
  return { ...options, sendInitialEvents: true, resourceVersionMatch: 'NotOlderThan' };
}

/** apimachinery's ValidateListOptions. */
function listProblems({
  resourceVersionMatch: match,
  resourceVersion,
  continue: token,
  sendInitialEvents,
}: ListOptions): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const forbid = (detail: string): void => {
    problems.push(forbiddenField('resourceVersionMatch', detail));
  };
  if (match !== '') {
    if (resourceVersion === '') forbid('resourceVersionMatch is forbidden unless resourceVersion is provided');
    if (token !== '') forbid('resourceVersionMatch is forbidden when continue is provided');
    if (match !== 'Exact' && match !== 'NotOlderThan')
      problems.push(notSupported('resourceVersionMatch', match, ['Exact', 'NotOlderThan', '']));
    if (match === 'Exact' && resourceVersion === '0')
      forbid('resourceVersionMatch "exact" is forbidden for resourceVersion "0"');
  }
  if (sendInitialEvents !== undefined)
    problems.push(forbiddenField('sendInitialEvents', 'sendInitialEvents is forbidden for list'));
  return problems;
}

function watchProblems({
  resourceVersionMatch: match,
  continue: token,
  sendInitialEvents,
}: ListOptions): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const forbid = (detail: string): void => {
    problems.push(forbiddenField('resourceVersionMatch', detail));
  };
  if (sendInitialEvents !== undefined && match !== 'NotOlderThan') {
    forbid('sendInitialEvents requires setting resourceVersionMatch to NotOlderThan');
  }
  if (match !== '') {
    if (sendInitialEvents === undefined)
      forbid('resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided');
    if (match !== 'NotOlderThan') problems.push(notSupported('resourceVersionMatch', match, ['NotOlderThan']));
    if (token !== '') forbid('resourceVersionMatch is forbidden when continue is provided');
  }
  return problems;
}

/** Versions are 64 bits wide. */
const MAX_REVISION = 2n ** 64n - 1n;

/** Why a text is no resourceVersion, in strconv's words. */
export function revisionFault(resourceVersion: string): string | undefined {
  const isNumber = /^\d+$/.test(resourceVersion);
  if (isNumber && BigInt(resourceVersion) <= MAX_REVISION) return undefined;
  const what = isNumber ? 'value out of range' : 'invalid syntax';
  return `strconv.ParseUint: parsing ${goQuote(resourceVersion)}: ${what}`;
}

/** @throws ApiError 500 as upstream does for what only the storage finds out; lists find out earlier */
export function parseRevision(
  resourceVersion: string,
  refuse = (message: string) => new ApiError(500, '', message),
): number {
  const fault = revisionFault(resourceVersion);
  if (fault !== undefined) throw refuse(`resourceVersion: Invalid value: ${goQuote(resourceVersion)}: ${fault}`);
  return Number(resourceVersion);
}
