/** The files of a simulated node: what volumes of kind hostPath find there. */
import { buildImage, type ImageFiles } from '../machine/image.ts';
import type { ImageDirectory } from '../machine/inode.ts';

/** What programs that look after nodes want to find. */
const DIRECTORIES = [
  '/bin/',
  '/boot/',
  '/dev/',
  '/dev/shm/',
  '/etc/cni/net.d/',
  '/etc/kubernetes/manifests/',
  '/etc/kubernetes/pki/',
  '/etc/ssl/certs/',
  '/home/',
  '/lib/modules/',
  '/lib64/',
  '/media/',
  '/mnt/',
  '/opt/cni/bin/',
  '/proc/',
  '/root/',
  '/run/containerd/',
  '/run/lock/',
  '/run/udev/',
  '/sbin/',
  '/srv/',
  '/sys/fs/bpf/',
  '/sys/fs/cgroup/',
  '/sys/kernel/debug/',
  '/sys/kernel/tracing/',
  '/tmp/',
  '/usr/bin/',
  '/usr/lib/',
  '/usr/lib/modules/',
  '/usr/local/bin/',
  '/usr/sbin/',
  '/usr/share/ca-certificates/',
  '/usr/share/zoneinfo/',
  '/usr/src/',
  '/var/lib/cni/',
  '/var/lib/containerd/',
  '/var/lib/docker/containers/',
  '/var/lib/kubelet/device-plugins/',
  '/var/lib/kubelet/plugins/',
  '/var/lib/kubelet/plugins_registry/',
  '/var/lib/kubelet/pods/',
  '/var/log/containers/',
  '/var/log/pods/',
  '/var/tmp/',
];

const FILES: ImageFiles = {
  '/etc/os-release': { text: 'NAME="fauxkube"\nID=fauxkube\nPRETTY_NAME="fauxkube simulated node"\n' },
  '/etc/passwd': { text: 'root:x:0:0:root:/root:/bin/sh\n' },
  '/etc/group': { text: 'root:x:0:\n' },
  '/etc/machine-id': { text: '6661757862006b7562650073696d0001\n', mode: 0o444 },
  '/etc/localtime': { text: '' },
  '/run/containerd/containerd.sock': { text: '' },
  '/run/xtables.lock': { text: '', mode: 0o600 },
  '/var/run': { link: '/run' },
};

let image: ImageDirectory | undefined;

/** Shared by all nodes, made when the first is looked at. */
export function nodeImage(): ImageDirectory {
  if (!image) {
    const directories = Object.fromEntries(DIRECTORIES.map((path) => [path, { text: '' }]));
    image = buildImage(directories, FILES);
  }
  return image;
}
