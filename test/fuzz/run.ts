import * as fc from 'fast-check';
import type { Clock } from '../../server/base/clock.ts';
import { Checker, Violation } from './check.ts';
import { startInProcess } from './in-process.ts';
import { curlOf, resolved, type WireRequest } from './request.ts';
import { requests } from './requests.ts';

export interface RunOptions {
  readonly seed: number;
  readonly runs: number;
  readonly clock: Clock;
  /** Called before each request goes out. */
  readonly before?: (wire: WireRequest, done: number) => void;
}

export interface RunResult {
  /** How many answers had each status code. */
  readonly codes: ReadonlyMap<number, number>;
  /** What went wrong, shrunken, as something to paste; undefined when nothing did. */
  readonly counterexample: string | undefined;
}

const CONTENT_EVERY = 1000;

/** Sends `runs` requests to a cluster in this process. */
export async function fuzz({ seed, runs, clock, before }: RunOptions): Promise<RunResult> {
  const cluster = await startInProcess();
  const checker = new Checker(cluster, clock);
  const codes = new Map<number, number>();
  let done = 0;
  let last: Violation | undefined;
  const property = fc.asyncProperty(requests, async (request) => {
    const wire = await resolved(request, cluster);
    before?.(wire, done);
    try {
      const { status } = await checker.check(wire);
      codes.set(status, (codes.get(status) ?? 0) + 1);
    } catch (error) {
      if (error instanceof Violation) last = error;
      throw error;
    }
    if (++done % CONTENT_EVERY === 0) checker.checkContent();
  });
  const { failed, errorInstance } = await fc.check(property, { seed, numRuns: runs });
  if (!failed) checker.checkContent();
  await cluster.close();
  return { codes, counterexample: failed ? paste(last, errorInstance) : undefined };
}

/** The last violation is that of the smallest request. */
function paste(last: Violation | undefined, error: unknown): string {
  return last ? `${last.message}\n\n${curlOf(last.wire)}` : String((error as Error).stack ?? error);
}
