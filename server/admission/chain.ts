import { decided, Undecided } from '../base/undecided.ts';
import type { AdmissionChain, Review } from '../registry/admission-chain.ts';
import type { ResourceInfo } from '../schema/type-table.ts';
import type { AdmissionMetrics, QuickRuns, StepType } from './metrics.ts';
import type { AdmissionPlugin } from './plugin.ts';

/** The plugins that a kind of write concerns, in one of the two phases. */
interface Phase {
  readonly method: 'mutate' | 'validate';
  readonly plugins: readonly AdmissionPlugin[];
  /** That method of each of them. */
  readonly steps: readonly (AdmissionPlugin['mutate'] | undefined)[];
  readonly runs: QuickRuns;
}

interface Handlers {
  readonly mutate: Phase;
  readonly validate: Phase;
}

/** By subresource. */
type HandlersOfKind = Readonly<Record<Review['operation'], Map<string, Handlers>>>;

const DONE = Promise.resolve();

const TYPES: Readonly<Record<Phase['method'], StepType>> = { mutate: 'admit', validate: 'validate' };

/**
 * Runs plugins in their order. Which ones a kind of write concerns is found out once, so that writes which concern none
 * cost next to nothing.
 *
 * @example
 * const chain = admissionChain(admissionPlugins(env), metrics);
 * await chain.mutate(review);
 */
export function admissionChain(plugins: readonly AdmissionPlugin[], metrics: AdmissionMetrics): AdmissionChain {
  const known = new WeakMap<ResourceInfo, HandlersOfKind>();
  const phaseOf = (
    method: Phase['method'],
    operation: Review['operation'],
    concerned: readonly AdmissionPlugin[],
  ): Phase => {
    const names = concerned.map(({ name }) => name);
    const steps = concerned.map((plugin) => plugin[method]?.bind(plugin));
    return { method, plugins: concerned, steps, runs: metrics.quickRuns(TYPES[method], operation, names) };
  };
  const handlersOf = (review: Review): Handlers => {
    const { info, operation, subresource = '' } = review;
    let byOperation = known.get(info);
    if (!byOperation) {
      byOperation = { create: new Map(), update: new Map(), delete: new Map(), connect: new Map() };
      known.set(info, byOperation);
    }
    const bySubresource = byOperation[operation];
    let handlers = bySubresource.get(subresource);
    if (!handlers) {
      const concerned = plugins.filter((plugin) => plugin.handles(review));
      const changing = concerned.filter(
        (plugin) => plugin.mutate && (operation !== 'delete' || plugin.mutatesDeletions),
      );
      const looking = concerned.filter((plugin) => plugin.validate !== undefined);
      handlers = {
        mutate: phaseOf('mutate', operation, changing),
        validate: phaseOf('validate', operation, looking),
      };
      bySubresource.set(subresource, handlers);
    }
    return handlers;
  };
  return {
    mutate(review) {
      const { mutate } = handlersOf(review);
      const done = run(mutate, review, metrics);
      return done === DONE ? finished(mutate, review, metrics) : done.then(() => finished(mutate, review, metrics));
    },
    validate: (review) => run(handlersOf(review).validate, review, metrics),
    families: () => metrics.families(),
    resetMetrics: () => metrics.reset(),
  };
}

/** All plugins look once more: those that want to say so, and the built-in ones (NewReinvocationHandler). */
function finished(phase: Phase, review: Review, metrics: AdmissionMetrics): Promise<void> {
  if (!review.reinvocation?.wanted) return DONE;
  review.reinvocation = { wanted: false, isSecond: true };
  return run(phase, review, metrics);
}

/** Plugins that ask what users may do look again when somebody outside has answered: until then they change nothing. */
function asked(
  plugin: AdmissionPlugin | undefined,
  method: Phase['method'],
  review: Review,
): Promise<void> | undefined {
  const pending: unknown = decided<unknown>(() => plugin?.[method]?.(review));
  return pending instanceof Promise ? pending.then(() => undefined) : undefined;
}

/** Takes a turn only where a plugin does. */
function run(phase: Phase, review: Review, metrics: AdmissionMetrics): Promise<void> {
  const { plugins, steps, method, runs } = phase;
  let at = 0;
  try {
    for (; at < steps.length; at++) {
      const pending = steps[at]?.(review);
      if (pending instanceof Promise) return finish(pending, at, phase, review, metrics);
    }
    runs.count++;
    return DONE;
  } catch (error) {
    if (error instanceof Undecided) return finish(asked(plugins[at], method, review), at, phase, review, metrics);
    for (const { name } of plugins.slice(0, at)) metrics.controller(name, runs, 0, false);
    metrics.controller(plugins[at]?.name ?? '', runs, 0, true);
    metrics.step(runs, 0, true);
    return Promise.reject(error instanceof Error ? error : new Error(String(error)));
  }
}

/** The rest of a run in which a plugin takes its time. */
async function finish(
  pending: Promise<void> | undefined,
  first: number,
  { plugins, method, runs }: Phase,
  review: Review,
  metrics: AdmissionMetrics,
): Promise<void> {
  const { clock } = metrics;
  const beginMs = clock.now();
  for (const { name } of plugins.slice(0, first)) metrics.controller(name, runs, 0, false);
  let isRefused = true;
  try {
    for (const [at, plugin] of plugins.entries()) {
      if (at < first) continue;
      const ownMs = clock.now();
      let isOwn = true;
      try {
        const next = at === first ? pending : asked(plugin, method, review);
        if (next instanceof Promise) await next;
        isOwn = false;
      } finally {
        metrics.controller(plugin.name, runs, clock.now() - ownMs, isOwn);
      }
    }
    isRefused = false;
  } finally {
    metrics.step(runs, clock.now() - beginMs, isRefused);
  }
}
