import { badRequest } from '../../kube/api-error.ts';
import { type FieldProblem, invalid, invalidObject, notSupported } from '../../kube/field-problem.ts';
import type { DeleteOptions } from '../../registry/resource.ts';
import { DecodeError, decodeStruct } from '../../schema/decode.ts';
import { tellBody } from '../audit/told-body.ts';
import { checkDepth, mediaTypeOf, notRegistered, parseBody } from '../decode-body.ts';
import { integerOf } from '../list-options.ts';
import type { PipelineEnv } from '../pipeline.ts';
import type { ApiRequest, Body } from '../request.ts';
import { isTrue } from '../request-info.ts';

const POLICIES = ['Foreground', 'Background', 'Orphan'];

/**
 * The options of a DELETE: those of the body, or of the query when there is no body.
 * @throws ApiError 400, 422
 */
export async function deleteOptionsOf(request: ApiRequest, env: PipelineEnv): Promise<DeleteOptions> {
  const body = await request.body();
  const empty = 'object' in body ? body.object === undefined : body.bytes.length === 0;
  const options = empty ? fromQuery(request.query) : await fromBody(request, body, env);
  const problems = optionProblems(options);
  if (problems.length > 0) throw invalidObject({ group: 'meta.k8s.io', kind: 'DeleteOptions' }, '', problems);
  // The version that upstream reads options in, and tells them in.
  if (!empty) tellBody(request, { kind: 'DeleteOptions', apiVersion: 'meta.k8s.io/__internal', ...options });
  return options;
}

function fromQuery(query: URLSearchParams): DeleteOptions {
  const options: DeleteOptions = {};
  const grace = integerOf(query, 'gracePeriodSeconds');
  if (grace !== undefined) options.gracePeriodSeconds = grace;
  const policy = query.get('propagationPolicy');
  if (policy !== null) options.propagationPolicy = policy;
  const orphan = query.get('orphanDependents');
  if (orphan !== null) options.orphanDependents = isTrue(orphan);
  const isUnsafe = query.get('ignoreStoreReadErrorWithClusterBreakingPotential');
  if (isUnsafe !== null) options.ignoreStoreReadErrorWithClusterBreakingPotential = isTrue(isUnsafe);
  const dryRun = query.getAll('dryRun');
  if (dryRun.length > 0) options.dryRun = dryRun;
  return options;
}

async function fromBody(request: ApiRequest, body: Body, env: PipelineEnv): Promise<DeleteOptions> {
  const type = env.catalog.table.typeOfKind('', 'v1', 'DeleteOptions');
  if (!type) throw new Error('kinds.gen.json has no DeleteOptions');
  const { value, text } = await parseBody(body, mediaTypeOf(request), undefined, type);
  if (text !== undefined) checkDepth(text);
  const { kind, apiVersion } = (value ?? {}) as { kind?: unknown; apiVersion?: unknown };
  if (typeof kind === 'string' && kind !== '' && kind !== 'DeleteOptions')
    throw badRequest(notRegistered(kind, typeof apiVersion === 'string' && apiVersion !== '' ? apiVersion : 'v1'));
  try {
    return decodeStruct(value, type, { unknownFields: false }) as DeleteOptions;
  } catch (error) {
    if (error instanceof DecodeError) throw badRequest(error.message);
    throw error;
  }
}

function optionProblems({ propagationPolicy, orphanDependents, dryRun }: DeleteOptions): FieldProblem[] {
  const problems: FieldProblem[] = [];
  if (orphanDependents !== undefined && propagationPolicy !== undefined) {
    const detail = 'orphanDependents and deletionPropagation cannot be both set';
    problems.push(invalid('propagationPolicy', propagationPolicy, detail));
  }
  if (propagationPolicy !== undefined && !POLICIES.includes(propagationPolicy)) {
    problems.push(notSupported('propagationPolicy', propagationPolicy, [...POLICIES, 'nil']));
  }
  if (dryRun?.some((text) => text !== 'All')) problems.push(notSupported('dryRun', dryRun, ['All']));
  return problems;
}
