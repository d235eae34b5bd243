/** What a process calls itself where others may have to know whether it still is there. */
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import type { Random } from './base/random.ts';

/**
 * Where processes have numbers of their own: this boot of this machine, and this container. Undefined where that cannot
 * be told.
 */
function placeOfProcesses(): string | undefined {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    const [, namespace] = /\[(\d+)\]/.exec(readlinkSync('/proc/self/ns/pid')) ?? [];
    return namespace === undefined ? undefined : `${namespace}.${boot}`;
  } catch {
    return undefined;
  }
}

/** `machine_uuid`, as upstream's components call themselves, and in between which process that is. */
export function processIdentity(random: Random): string {
  const place = placeOfProcesses();
  return [hostname(), ...(place === undefined ? [] : [`${process.pid}.${place}`]), random.uuid()].join('_');
}

/** Whether the process of an identity was one of this machine and is gone; false where nobody can know. */
export function hasEnded(identity: string): boolean {
  const [, pid, place] = /_(\d+)\.(\d+\.[0-9a-f-]+)_[^_]+$/.exec(identity) ?? [];
  if (pid === undefined || place !== placeOfProcesses()) return false;
  try {
    process.kill(Number(pid), 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}
