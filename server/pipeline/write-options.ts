/** Parameters that all writes share: dryRun, fieldManager, fieldValidation. */
import {
  type FieldProblem,
  forbiddenField,
  invalid,
  invalidObject,
  notSupported,
  required,
  tooLong,
} from '../kube/field-problem.ts';
import { unprintableCharacters } from '../kube/go-quote.ts';
import type { WriteOptions } from '../registry/write.ts';
import { annotate } from './audit/annotate.ts';
import { type FieldValidation, mediaTypeOf } from './decode-body.ts';
import type { PipelineEnv } from './pipeline.ts';
import type { ApiRequest } from './request.ts';

export interface WriteRequest {
  readonly dryRun: boolean;
  readonly fieldManager: string;
  readonly fieldValidation: FieldValidation;
  /** Whether an apply takes over what others own. */
  readonly force: boolean;
}

const MANAGER_BYTES = 128;
const VALIDATIONS = ['', 'Ignore', 'Strict', 'Warn'];

/** Of what nobody can print, one problem for each character, with its position in bytes (ValidateFieldManager). */
function managerProblems(manager: string): FieldProblem[] {
  const unprintable = unprintableCharacters(manager).map(({ character, position }) => {
    const code = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
    return invalid('fieldManager', manager, `invalid character U+${code} (at position ${position})`);
  });
  const isTooLong = Buffer.byteLength(manager) > MANAGER_BYTES;
  return isTooLong ? [tooLong('fieldManager', MANAGER_BYTES), ...unprintable] : unprintable;
}

const APPLY = 'application/apply-patch+yaml';

/** Whether a request is a server-side apply. */
export const isApply = (request: ApiRequest): boolean =>
  request.info.verb === 'patch' && mediaTypeOf(request) === APPLY;

/**
 * @param kind `CreateOptions`, `UpdateOptions` or `PatchOptions`
 * @throws ApiError 422 for values that upstream refuses
 */
export function writeRequestOf(request: ApiRequest, kind: string): WriteRequest {
  const { query } = request;
  const applies = isApply(request);
  const dryRun = query.getAll('dryRun');
  const manager = query.get('fieldManager') ?? '';
  const validation = query.get('fieldValidation') ?? '';
  const problems: FieldProblem[] = [];
  if (applies && manager === '') problems.push(required('fieldManager', 'is required for apply patch'));
  if (kind === 'PatchOptions' && !applies && query.has('force'))
    problems.push(forbiddenField('force', 'may not be specified for non-apply patch'));
  if (manager !== '') problems.push(...managerProblems(manager));
  if (dryRun.some((text) => text !== 'All')) problems.push(notSupported('dryRun', dryRun, ['All']));
  if (!VALIDATIONS.includes(validation)) problems.push(notSupported('fieldValidation', validation, VALIDATIONS));
  if (problems.length > 0) throw invalidObject({ group: 'meta.k8s.io', kind }, '', problems);
  return {
    dryRun: dryRun.length > 0,
    fieldManager: manager === '' ? managerOf(request.header('user-agent') ?? '') : manager,
    force: isGoTrue(query.get('force')),
    fieldValidation: validation === '' ? 'Warn' : (validation as FieldValidation),
  };
}

/** What Go's decoder of parameters takes for true: all but these. */
const isGoTrue = (text: string | null): boolean => text !== null && !/^(false|0)$/i.test(text);

/** The first word of the user agent, as upstream names managers that do not name themselves. */
function managerOf(userAgent: string): string {
  const slash = userAgent.indexOf('/');
  return (slash < 0 ? userAgent : userAgent.slice(0, slash)) || 'unknown';
}

/** What the store needs to know of a write. */
export function storeWrite(
  request: ApiRequest,
  { dryRun }: { dryRun: boolean },
  env: PipelineEnv,
  subresource?: string,
  rules?: WriteOptions['rules'],
): WriteOptions {
  return {
    user: request.user,
    dryRun,
    admission: env.admission,
    subresource,
    rules: rules ?? (subresource === 'status' ? 'status' : 'object'),
    asked: request,
    annotate: (key, value) => annotate(request, key, value),
    warn: (text) => {
      if (!request.warnings.includes(text)) request.warnings.push(text);
    },
  };
}
