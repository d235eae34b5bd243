/** The phase of a pod from what its containers are at: getPhase in k8s.io/kubernetes/pkg/kubelet/kubelet_pods.go. */
import type { Frozen } from '../../server/base/freeze.ts';
import type { Container, ContainerStatus, PodSpec } from '../../server/kube/types.gen.ts';
import { isSidecar, shouldRestart } from './restart-policy.ts';

type Status = Frozen<ContainerStatus>;
type Spec = Frozen<PodSpec>;

/** Where a container is: `stopped` ones have run, whether or not they will again. */
interface Place {
  readonly at: 'running' | 'waiting' | 'stopped';
  readonly exitCode: number;
  readonly isOver: boolean;
}

function placeOf(container: Frozen<Container>, spec: Spec, status: Status | undefined): Place {
  const ended = status?.state.terminated ?? (status?.state.waiting && status.lastState?.terminated);
  if (ended) {
    const isOver = !shouldRestart(container, spec, ended.exitCode);
    return { at: 'stopped', exitCode: ended.exitCode, isOver };
  }
  return { at: status?.state.running ? 'running' : 'waiting', exitCode: 0, isOver: false };
}

/** Whether a container of the pod proper has ever run: then its init containers have done their work. */
export function hasInitialized({ containers }: Spec, statuses: ReadonlyMap<string, Status>): boolean {
  return (containers ?? []).some(({ name }) => {
    const status = statuses.get(name);
    return status !== undefined && (!status.state.waiting || status.lastState?.terminated !== undefined);
  });
}

/** @param isTerminal whether no container will run again, whatever the policies say */
export function phaseOf(spec: Spec, statuses: ReadonlyMap<string, Status>, isTerminal: boolean): string {
  const inits = spec.initContainers ?? [];
  const place = (container: Frozen<Container>): Place => placeOf(container, spec, statuses.get(container.name));
  const regular = inits.filter((container) => !isSidecar(container)).map(place);
  if (regular.some(({ at, exitCode, isOver }) => at === 'stopped' && exitCode !== 0 && isOver)) return 'Failed';
  const sidecars = inits.filter(isSidecar);
  const isSidecarPending = sidecars.some((container) => {
    const status = statuses.get(container.name);
    return place(container).at === 'waiting' || (status?.state.running && !status.started);
  });
  const mains = (spec.containers ?? []).map(place);
  if (regular.some(({ at }) => at !== 'stopped')) return 'Pending';
  if (isSidecarPending && !hasInitialized(spec, statuses)) return 'Pending';
  const all = [...mains, ...sidecars.map(place)];
  if (all.some(({ at }) => at === 'waiting')) return 'Pending';
  if (all.some(({ at }) => at === 'running')) return 'Running';
  if (mains.length === 0) return 'Pending';
  if (!isTerminal && mains.some(({ isOver }) => !isOver)) return 'Running';
  return mains.every(({ exitCode }) => exitCode === 0) ? 'Succeeded' : 'Failed';
}
