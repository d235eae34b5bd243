import { badRequest } from '../kube/api-error.ts';
import { type FieldProblem, forbiddenField, invalidObject, notSupported } from '../kube/field-problem.ts';
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

function integer(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null || text === '') return undefined;
  if (/^[-+]?\d+$/.test(text) && Number.isSafeInteger(Number(text))) return Number(text);
  const what = /^[-+]?\d+$/.test(text) ? 'value out of range' : 'invalid syntax';
  throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: ${what}`);
}

/** @throws ApiError 400 for numbers that are none, 422 for combinations that upstream refuses */
export function listOptionsOf(query: URLSearchParams, watch: boolean): ListOptions {
  const sendInitialEvents = query.get('sendInitialEvents');
  const options: ListOptions = {
    labelSelector: query.get('labelSelector') ?? '',
    fieldSelector: query.get('fieldSelector') ?? '',
    watch,
    allowWatchBookmarks: isTrue(query.get('allowWatchBookmarks')),
    resourceVersion: query.get('resourceVersion') ?? '',
    resourceVersionMatch: query.get('resourceVersionMatch') ?? '',
    timeoutSeconds: integer(query, 'timeoutSeconds'),
    limit: Math.max(0, integer(query, 'limit') ?? 0),
    continue: query.get('continue') ?? '',
    sendInitialEvents: sendInitialEvents === null ? undefined : isTrue(sendInitialEvents),
  };
  const problems = watch ? watchProblems(options) : listProblems(options);
  if (problems.length > 0) throw invalidObject({ group: 'meta.k8s.io', kind: 'ListOptions' }, '', problems);
  return options;
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

/** @throws ApiError 400 */
export function parseRevision(resourceVersion: string): number {
  if (!/^\d+$/.test(resourceVersion)) {
    const why = `strconv.ParseUint: parsing ${JSON.stringify(resourceVersion)}: invalid syntax`;
    throw badRequest(`Invalid value: ${JSON.stringify(resourceVersion)}: ${why}`);
  }
  return Number(resourceVersion);
}
