/** The control groups of a node, as volumes of kind hostPath find them: pkg/kubelet/cm, with systemd's names. */
import type { Frozen } from '../../../../server/base/freeze.ts';
import type { ContainerStatus, Pod } from '../../../../server/kube/types.gen.ts';
import { type CgroupLimits, cgroupFiles } from '../machine/cgroup.ts';
import { SystemError } from '../machine/errno.ts';
import { type ComputedEntries, DeviceNode, DirectoryNode, type Inode } from '../machine/inode.ts';
import { OpenText } from '../machine/open-file.ts';
import { containerLimits, podLimits } from './cgroup-limits.ts';

type Make = () => Inode;
type Groups = () => Readonly<Record<string, Make>>;

/** The pods that have a group now. */
const isThere = ({ status: { phase } }: Frozen<Pod>): boolean => phase === 'Running' || phase === 'Pending';

class NodeCgroups {
  readonly #pods: () => readonly Frozen<Pod>[];
  readonly #now: () => number;

  constructor(pods: () => readonly Frozen<Pod>[], now: () => number) {
    this.#pods = pods;
    this.#now = now;
  }

  root(): ComputedEntries {
    return this.#entries(
      () => ({}),
      () => ({ 'kubepods.slice': () => this.#directory(() => ({}), this.#kubepods) }),
    );
  }

  readonly #kubepods: Groups = () => ({
    'kubepods-besteffort.slice': () =>
      this.#directory(
        () => ({}),
        () => this.#ofClass('BestEffort'),
      ),
    'kubepods-burstable.slice': () =>
      this.#directory(
        () => ({}),
        () => this.#ofClass('Burstable'),
      ),
    ...this.#ofClass('Guaranteed'),
  });

  #ofClass(qosClass: string): Readonly<Record<string, Make>> {
    const parent = qosClass === 'Guaranteed' ? 'kubepods' : `kubepods-${qosClass.toLowerCase()}`;
    const ours = this.#pods().filter((pod) => pod.status.qosClass === qosClass && isThere(pod));
    return Object.fromEntries(
      ours.map((pod) => [
        `${parent}-pod${pod.metadata.uid?.replaceAll('-', '_')}.slice`,
        () =>
          this.#directory(
            () => podLimits(pod),
            () => this.#containersOf(pod),
          ),
      ]),
    );
  }

  #containersOf(pod: Frozen<Pod>): Readonly<Record<string, Make>> {
    const { initContainerStatuses, containerStatuses } = pod.status;
    const running = [...(initContainerStatuses ?? []), ...(containerStatuses ?? [])].filter(
      ({ state }) => state.running,
    );
    const limitsOf = ({ name }: Frozen<ContainerStatus>): CgroupLimits => containerLimits(pod, { name, resources: {} });
    return Object.fromEntries(
      running.map((status) => [
        `cri-${status.containerID?.replace('://', '-')}.scope`,
        () =>
          this.#directory(
            () => limitsOf(status),
            () => ({}),
          ),
      ]),
    );
  }

  #directory(limits: () => CgroupLimits, groups: Groups): DirectoryNode {
    const refuse = (): never => {
      throw new SystemError('EPERM');
    };
    const attributes = { mode: 0o755, uid: 0, gid: 0, mtimeMs: this.#now(), links: 1, id: 1 };
    return new DirectoryNode(attributes, refuse, { computed: this.#entries(limits, groups) });
  }

  #entries(limits: () => CgroupLimits, groups: Groups): ComputedEntries {
    const attributes = { mode: 0o444, uid: 0, gid: 0, mtimeMs: this.#now(), links: 1, id: 1 };
    const files = new Map(Object.entries(cgroupFiles(limits)));
    return {
      lookup: (name) => {
        const text = files.get(name);
        if (text) return new DeviceNode(attributes, () => new OpenText(name, text()), { isText: true });
        const below = groups();
        return Object.hasOwn(below, name) ? below[name]?.() : undefined;
      },
      names: () => [...files.keys(), ...Object.keys(groups())],
    };
  }
}

/** What lies in /sys/fs/cgroup of a node with these pods. */
export function nodeCgroups(pods: () => readonly Frozen<Pod>[], now: () => number): DirectoryNode {
  const refuse = (): never => {
    throw new SystemError('EPERM');
  };
  const attributes = { mode: 0o755, uid: 0, gid: 0, mtimeMs: now(), links: 1, id: 1 };
  return new DirectoryNode(attributes, refuse, { computed: new NodeCgroups(pods, now).root() });
}
