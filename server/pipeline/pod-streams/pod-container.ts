/** Which container of a pod is meant: validateContainer of pkg/registry/core/pod/strategy.go. */
import type { Frozen } from '../../base/freeze.ts';
import { badRequest, notFound } from '../../kube/api-error.ts';
import type { ContainerStatus, Pod } from '../../kube/types.gen.ts';
import type { PipelineEnv } from '../pipeline.ts';
import type { ApiRequest } from '../request.ts';

/** @throws ApiError 404 */
export function podOf({ info }: ApiRequest, { registry }: PipelineEnv): Frozen<Pod> {
  const { namespace, name } = info;
  const stored = registry.find('pods', { namespace, name });
  if (!stored) throw notFound({ group: '', resource: 'pods' }, name);
  return stored.value as unknown as Frozen<Pod>;
}

/** The named container; without a name the only one. @throws ApiError 400 */
export function containerNameOf({ metadata, spec }: Frozen<Pod>, asked: string): string {
  const containers = spec.containers ?? [];
  const names = [...(spec.initContainers ?? []), ...containers, ...(spec.ephemeralContainers ?? [])].map(
    ({ name: known }) => known,
  );
  if (asked !== '') {
    if (!names.includes(asked)) throw badRequest(`container ${asked} is not valid for pod ${metadata.name}`);
    return asked;
  }
  const [only, ...others] = containers;
  if (only && others.length === 0) return only.name;
  const choice = only ? `, choose one of: [${names.join(' ')}]` : '';
  throw badRequest(`a container name must be specified for pod ${metadata.name}${choice}`);
}

export function containerStatusOf({ status }: Frozen<Pod>, container: string): Frozen<ContainerStatus> | undefined {
  const { containerStatuses = [], initContainerStatuses = [], ephemeralContainerStatuses = [] } = status;
  return [...containerStatuses, ...initContainerStatuses, ...ephemeralContainerStatuses].find(
    ({ name }) => name === container,
  );
}
