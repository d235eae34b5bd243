/** The scale subresource of custom resources (apiextensions-apiserver/pkg/registry/customresource, ScaleREST). */
import type { Frozen } from '../../base/freeze.ts';
import { ApiError, badRequest, internalError } from '../../kube/api-error.ts';
import { type FieldProblem, invalid } from '../../kube/field-problem.ts';
import { goQuote } from '../../kube/go-quote.ts';
import type { KubeObject } from '../../kube/object.ts';
import type { CustomResourceSubresourceScale } from '../../kube/types.gen.ts';
import type { Subresource } from '../resource.ts';
import { nestedField, setNestedField } from './nested-fields.ts';

export type ScalePaths = Frozen<CustomResourceSubresourceScale>;

const INT32_MAX = 2 ** 31 - 1;
/** What a patch finds where there are no replicas; whoever leaves it so has not said how many there should be. */
const NO_REPLICAS = -(2 ** 31);

function read(object: Frozen<KubeObject>, path: string | undefined, wanted: 'int64' | 'string'): unknown {
  if (!path) return undefined;
  const { value, error } = nestedField(object, path, wanted);
  if (error !== undefined) throw new ApiError(500, '', error);
  return value;
}

function scaleOf(object: Frozen<KubeObject>, paths: ScalePaths, noReplicas: number): KubeObject {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  const selector = read(object, paths.labelSelectorPath, 'string');
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: {
      name,
      ...(namespace !== undefined && { namespace }),
      uid,
      resourceVersion,
      creationTimestamp,
    },
    spec: { replicas: read(object, paths.specReplicasPath, 'int64') ?? noReplicas },
    status: {
      replicas: read(object, paths.statusReplicasPath, 'int64') ?? 0,
      ...(selector !== undefined && selector !== '' && { selector }),
    },
  } as KubeObject;
}

export function scaleSubresource(paths: ScalePaths): Subresource {
  return {
    parentRules: true,
    replicasPath: paths.specReplicasPath,
    get: (parent) => scaleOf(parent, paths, NO_REPLICAS),
    before: (parent) => {
      const { spec, ...scale } = scaleOf(parent, paths, NO_REPLICAS);
      const isEmpty = (spec as { replicas?: number }).replicas === NO_REPLICAS;
      return { ...scale, spec: isEmpty ? {} : spec, status: scale.status } as Frozen<KubeObject>;
    },
    show(parent) {
      if (read(parent, paths.specReplicasPath, 'int64') === undefined)
        throw internalError(`the spec replicas field ${goQuote(paths.specReplicasPath)} does not exist`);
      return scaleOf(parent, paths, 0);
    },
    apply(scale, parent) {
      const { replicas } = scale.spec as { replicas?: number };
      if (replicas === NO_REPLICAS)
        throw badRequest(`the spec replicas field ${goQuote(paths.specReplicasPath)} cannot be empty`);
      setNestedField(parent as unknown as Record<string, unknown>, paths.specReplicasPath, replicas ?? 0);
    },
  };
}

function replicasProblems(object: Frozen<KubeObject>, path: string): FieldProblem[] {
  const { value = 0, error } = nestedField(object, path, 'int64');
  if (error !== undefined) return [invalid(path, 0, error)];
  if ((value as number) < 0) return [invalid(path, value, 'should be a non-negative integer')];
  if ((value as number) <= INT32_MAX) return [];
  return [invalid(path, value, `should be less than or equal to ${INT32_MAX}`)];
}

/** What is wrong with the fields that a Scale shows. @param statusOnly for writes to `/status` */
export function scaleProblems(object: Frozen<KubeObject>, paths: ScalePaths, statusOnly: boolean): FieldProblem[] {
  const problems = statusOnly ? [] : replicasProblems(object, paths.specReplicasPath);
  problems.push(...replicasProblems(object, paths.statusReplicasPath));
  const { labelSelectorPath: path } = paths;
  const { error } = path ? nestedField(object, path, 'string') : {};
  if (path && error !== undefined) problems.push(invalid(path, '', error));
  return problems;
}
