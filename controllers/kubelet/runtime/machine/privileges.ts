/** What the kernel lets processes do besides what users and modes say. */

/** By number, as the kernel counts them (linux/capability.h). */
const CAPABILITIES = (
  'CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP LINUX_IMMUTABLE NET_BIND_SERVICE ' +
  'NET_BROADCAST NET_ADMIN NET_RAW IPC_LOCK IPC_OWNER SYS_MODULE SYS_RAWIO SYS_CHROOT SYS_PTRACE SYS_PACCT SYS_ADMIN ' +
  'SYS_BOOT SYS_NICE SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG MKNOD LEASE AUDIT_WRITE AUDIT_CONTROL SETFCAP ' +
  'MAC_OVERRIDE MAC_ADMIN SYSLOG WAKE_ALARM BLOCK_SUSPEND AUDIT_READ PERFMON BPF CHECKPOINT_RESTORE'
).split(' ');

/** Names of capabilities, without `CAP_`. */
export type Capabilities = ReadonlySet<string>;

export const ALL_CAPABILITIES: Capabilities = new Set(CAPABILITIES);
export const NO_CAPABILITIES: Capabilities = new Set();

/** What containerd gives a container that asks for nothing. */
export const DEFAULT_CAPABILITIES: Capabilities = new Set(
  (
    'CHOWN DAC_OVERRIDE FSETID FOWNER MKNOD NET_RAW SETGID SETUID SETFCAP SETPCAP NET_BIND_SERVICE SYS_CHROOT KILL ' +
    'AUDIT_WRITE'
  ).split(' '),
);

/** As /proc/PID/status shows them: sixteen digits. */
export function capabilityMask(capabilities: Capabilities): string {
  let mask = 0n;
  for (const [bit, name] of CAPABILITIES.entries()) if (capabilities.has(name)) mask |= 1n << BigInt(bit);
  return mask.toString(16).padStart(16, '0');
}

/** What a container may do at most, and what its processes inherit. */
export interface Privileges {
  readonly capabilities: Capabilities;
  /** Whether programs that run as their owner (setuid) do not, here. */
  readonly noNewPrivileges: boolean;
  /** Whether a profile filters its system calls. */
  readonly isFiltered: boolean;
}

export const DEFAULT_PRIVILEGES: Privileges = {
  capabilities: DEFAULT_CAPABILITIES,
  noNewPrivileges: false,
  isFiltered: false,
};

/** Whether somebody may do what a capability stands for. Whose are not known, root has all of them. */
export const can = (
  { uid, capabilities }: { readonly uid: number; readonly capabilities?: Capabilities },
  name: string,
): boolean => (capabilities ? capabilities.has(name) : uid === 0);
