import { SystemError } from './errno.ts';
import { type Caller, DeviceNode, DirectoryNode, type Inode } from './inode.ts';
import { OpenText } from './open-file.ts';
import { can } from './privileges.ts';

/** Settings of the kernel by their names with dots, and their values. */
export type Sysctls = Map<string, string>;

/** What a container finds unless its pod says something else: containerd's for those that everybody may need. */
export const SYSCTL_DEFAULTS: Readonly<Record<string, string>> = {
  'fs.file-max': '9223372036854775807',
  'kernel.msgmax': '8192',
  'kernel.msgmnb': '16384',
  'kernel.msgmni': '32000',
  'kernel.ostype': 'Linux',
  'kernel.pid_max': '4194304',
  'kernel.sem': '32000\t1024000000\t500\t32000',
  'kernel.shm_rmid_forced': '0',
  'kernel.shmall': '18446744073692774399',
  'kernel.shmmax': '18446744073692774399',
  'kernel.shmmni': '4096',
  'net.core.somaxconn': '4096',
  'net.ipv4.ip_forward': '1',
  'net.ipv4.ip_local_port_range': '32768\t60999',
  'net.ipv4.ip_local_reserved_ports': '',
  'net.ipv4.ip_unprivileged_port_start': '0',
  'net.ipv4.ping_group_range': '0\t2147483647',
  'net.ipv4.tcp_fin_timeout': '60',
  'net.ipv4.tcp_keepalive_intvl': '75',
  'net.ipv4.tcp_keepalive_probes': '9',
  'net.ipv4.tcp_keepalive_time': '7200',
  'net.ipv4.tcp_notsent_lowat': '4294967295',
  'net.ipv4.tcp_rmem': '4096\t131072\t6291456',
  'net.ipv4.tcp_slow_start_after_idle': '1',
  'net.ipv4.tcp_syncookies': '1',
  'net.ipv4.tcp_wmem': '4096\t16384\t4194304',
  'vm.max_map_count': '65530',
  'vm.overcommit_memory': '1',
  'vm.swappiness': '60',
};

/** A name with dots, of one that is written with slashes: then dots belong to names of devices. */
export function sysctlName(name: string): string {
  const [first] = /[./]/.exec(name) ?? [];
  return first === '/' ? name.replace(/[./]/g, (char) => (char === '/' ? '.' : '/')) : name;
}

/** One that is open: what is written to it is its new value. */
class OpenSetting extends OpenText {
  readonly #set: (value: string) => void;

  constructor(name: string, text: string, set: (value: string) => void) {
    super(name, text);
    this.#set = set;
  }

  override tryWrite(data: Buffer): number {
    this.#set(data.toString('latin1').trim());
    return data.length;
  }
}

const VALUE_LENGTH_MAX = 4096;

/** /proc/sys, as folders of settings. */
export class SysctlFiles {
  readonly #sysctls: Sysctls;
  readonly #now: () => number;

  constructor(sysctls: Sysctls, now: () => number) {
    this.#sysctls = sysctls;
    this.#now = now;
  }

  lookup(name: string): Inode | undefined {
    return this.#find(name);
  }

  names(): Iterable<string> {
    return this.#below('');
  }

  #below(path: string): Set<string> {
    const prefix = path === '' ? '' : `${path}.`;
    const names = [...this.#sysctls.keys()].filter((key) => key.startsWith(prefix));
    return new Set(names.map((key) => key.slice(prefix.length).split('.')[0] ?? ''));
  }

  #find(path: string): Inode | undefined {
    const attributes = { uid: 0, gid: 0, mtimeMs: this.#now(), links: 1, id: 1 };
    if (this.#sysctls.has(path))
      return new DeviceNode({ ...attributes, mode: 0o644 }, (caller) => this.#open(path, caller), { isText: true });
    if (this.#below(path).size === 0) return undefined;
    const refuse = (): never => {
      throw new SystemError('EPERM');
    };
    return new DirectoryNode({ ...attributes, mode: 0o555 }, refuse, {
      computed: { lookup: (name) => this.#find(`${path}.${name}`), names: () => this.#below(path) },
    });
  }

  #open(path: string, caller: Caller): OpenSetting {
    return new OpenSetting(`/proc/sys/${path.replaceAll('.', '/')}`, `${this.#sysctls.get(path)}\n`, (value) => {
      const needed = path.startsWith('net.') ? 'NET_ADMIN' : 'SYS_ADMIN';
      if (!can(caller, needed)) throw new SystemError('EPERM');
      if (path === 'kernel.ostype' || value.length > VALUE_LENGTH_MAX) throw new SystemError('EINVAL');
      this.#sysctls.set(path, value.replace(/\s+/g, '\t'));
    });
  }
}
