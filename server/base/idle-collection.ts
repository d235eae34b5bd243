/** Gives memory back when there is nothing to do. */
import { performance } from 'node:perf_hooks';
import { getHeapStatistics } from 'node:v8';

/** How often is looked, in real time: whatever clock a cluster has, garbage is the process's own. */
const LOOK_MS = 500;
/** Anything above is a burst, which leaves garbage behind. */
const BURST_UTILIZATION_MIN = 0.5;
/** A collection in steps has ended by then. */
const LOOKS_OF_ONE = 2;
/** Between what no burst has left behind: twenty seconds. */
const LOOKS_BETWEEN = 40;
/** What has to be kept more than after the last collection: most of it is garbage then. */
const GROWTH_BYTES_MIN = 12 * 1024 * 1024;
/** The same as a part of what was kept: a collection costs what is kept, seconds of CPU for gigabytes. */
const GROWTH_PART_MIN = 1 / 8;
/** The share of the time that a process at rest is busy for. */
const REST_UTILIZATION_MAX = 0.1;
/** More than V8 lets others allocate before it begins to collect (64 MB); the pages are never touched. */
const PRESSURE_BYTES = 80 * 1024 * 1024;

/** Where memory and time are read, and how a collection is begun. */
export interface CollectionParts {
  /** Memory in use, garbage included. */
  readonly usedBytes: () => number;
  /** The share of the time since it was asked last that the process was busy for, from 0 to 1. */
  readonly utilization: () => number;
  readonly collect: () => void;
}

/**
 * Decides when to collect. V8 collects old objects when their space has doubled, which may be never: what a burst of
 * requests left behind would stay until the next one, and look like memory that the server needs.
 *
 * A collection that began during the burst keeps whatever was new then, so a second one follows the first. Without
 * another burst the process is left alone for a while after the two: what a cluster at rest leaves behind grows back
 * within seconds, and collecting it each time would cost more than it gives.
 *
 * @returns what looks once
 */
export function idleCollection({ usedBytes, utilization, collect }: CollectionParts): () => void {
  let keptBytes = usedBytes();
  let looks = LOOKS_BETWEEN;
  let isSecondDue = false;
  return () => {
    const share = utilization();
    const used = usedBytes();
    looks++;
    // What is in use after a collection is kept, and so is what another collection has left.
    if (looks <= LOOKS_OF_ONE || used < keptBytes) keptBytes = used;
    if (share > BURST_UTILIZATION_MIN) looks = Math.max(looks, LOOKS_BETWEEN);
    if (share > REST_UTILIZATION_MAX || looks <= LOOKS_OF_ONE) return;
    const growthMin = Math.max(GROWTH_BYTES_MIN, keptBytes * GROWTH_PART_MIN);
    const isDue = looks > LOOKS_BETWEEN && used - keptBytes >= growthMin;
    if (!isDue && !isSecondDue) return;
    isSecondDue = !isSecondDue;
    looks = 0;
    collect();
  };
}

function usedBytes(): number {
  const { used_heap_size, external_memory } = getHeapStatistics();
  return used_heap_size + external_memory;
}

/**
 * Makes V8 collect in small steps beside its other threads, as it does when others allocate much: the pause is a third
 * of that of `gc()`, which does everything at once.
 */
function collect(): void {
  try {
    new ArrayBuffer(PRESSURE_BYTES);
  } catch {
    // A process that may not even reserve that much collects often enough.
  }
}

/**
 * Begins to look. Only for a process that is nothing but a server.
 *
 * @example
 * collectWhenIdle();
 */
export function collectWhenIdle(): void {
  let before = performance.eventLoopUtilization();
  const utilization = (): number => {
    const now = performance.eventLoopUtilization();
    const since = performance.eventLoopUtilization(now, before);
    before = now;
    return since.utilization;
  };
  setInterval(idleCollection({ usedBytes, utilization, collect }), LOOK_MS).unref();
}
