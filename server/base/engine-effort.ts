/** Tells V8 how much running a function has to have cost before it is worth compiling it to fast code, and how far. */
import { setFlagsFromString } from 'node:v8';

/** V8's own, of Node 20 to 24. */
const OWN = { budgetBytes: 67_584, inlinedBytes: 920 };
/** Bytecode that runs before a function counts as hot, of a process whose work may be over soon. */
const BUDGET_OF_A_BURST_BYTES = 110_000;
/** A third of V8's own, of a process that has shown that it goes on. */
const BUDGET_OF_LASTING_WORK_BYTES = 22_000;
/**
 * Bytecode of other functions that becomes part of one that is compiled. Most of what a server does is spread over many
 * functions, which are compiled again and again for each that calls them.
 */
const INLINED_BYTES = 300;
/**
 * What a start, some fixtures and a few Deployments take, as a multiple of what reading the bundle took: machines
 * differ by more than half, and one machine does from hour to hour.
 */
const LASTING_LOADS = 24;
/** Without its code cache a bundle takes much longer to read. */
const LASTING_MS = { least: 1000, most: 4000 };
const LOOK_MS = 250;

/** What is told to the engine, and when it is looked. */
export interface EngineParts {
  /** Processor time of the process so far. */
  readonly cpuMs: () => number;
  readonly setBudget: (bytes: number) => void;
  readonly setInlined: (bytes: number) => void;
  /** @returns what ends it */
  readonly every: (periodMs: number, look: () => void) => () => void;
}

const setBudget = (bytes: number): void => setFlagsFromString(`--interrupt-budget=${bytes}`);
const setInlined = (bytes: number): void => setFlagsFromString(`--max-inlined-bytecode-size-cumulative=${bytes}`);

/** The parts of this process. Only for one that is nothing but a server: the options are those of the whole process. */
const ENGINE: EngineParts = {
  cpuMs: () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  },
  setBudget,
  setInlined,
  every: (periodMs, look) => {
    const timer = setInterval(look, periodMs).unref();
    return () => clearInterval(timer);
  },
};

/** What was told to the engine. */
export interface CompilingBySpentTime {
  /** Does something with V8's own options: it takes a code cache only while they are those that it was made with. */
  asV8Would<T>(work: () => T): T;
}

/**
 * First compiles less than V8 would, then more. Most clusters of tests live for a second or two of processor time: what
 * is compiled then for a burst of a thousand equal requests costs more than the burst wins by it. A process that is
 * still at work after that wins by code that is fast early.
 *
 * Figures: docs/decisions/0008-engine-options.md. To be called when the bundle has been read: what that took says how
 * fast the machine is.
 *
 * @example
 * compileBySpentTime();
 */
export function compileBySpentTime(engine: EngineParts = ENGINE): CompilingBySpentTime {
  let budgetBytes = BUDGET_OF_A_BURST_BYTES;
  const lastingMs = Math.min(Math.max(engine.cpuMs() * LASTING_LOADS, LASTING_MS.least), LASTING_MS.most);
  engine.setInlined(INLINED_BYTES);
  engine.setBudget(budgetBytes);
  const end = engine.every(LOOK_MS, () => {
    if (engine.cpuMs() < lastingMs) return;
    budgetBytes = BUDGET_OF_LASTING_WORK_BYTES;
    engine.setBudget(budgetBytes);
    end();
  });
  return {
    asV8Would(work) {
      engine.setInlined(OWN.inlinedBytes);
      engine.setBudget(OWN.budgetBytes);
      try {
        return work();
      } finally {
        engine.setInlined(INLINED_BYTES);
        engine.setBudget(budgetBytes);
      }
    },
  };
}
