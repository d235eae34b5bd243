import type { AdmissionChain, Review } from '../registry/admission-chain.ts';
import type { ResourceInfo } from '../schema/type-table.ts';
import type { AdmissionPlugin } from './plugin.ts';

interface Handlers {
  readonly mutate: readonly AdmissionPlugin[];
  readonly validate: readonly AdmissionPlugin[];
}

const DONE = Promise.resolve();

/**
 * Runs plugins in their order. Which ones a kind of write concerns is found out once, so that writes which concern none
 * cost next to nothing.
 *
 * @example
 * const chain = admissionChain(admissionPlugins(env));
 * await chain.mutate(review);
 */
export function admissionChain(plugins: readonly AdmissionPlugin[]): AdmissionChain {
  const known = new WeakMap<ResourceInfo, Map<string, Handlers>>();
  const handlersOf = (review: Review): Handlers => {
    const { info, operation, subresource = '' } = review;
    let byKind = known.get(info);
    if (!byKind) {
      byKind = new Map();
      known.set(info, byKind);
    }
    const kind = `${operation} ${subresource}`;
    let handlers = byKind.get(kind);
    if (!handlers) {
      const concerned = plugins.filter((plugin) => plugin.handles(review));
      handlers = {
        mutate: concerned.filter((plugin) => plugin.mutate && (operation !== 'delete' || plugin.mutatesDeletions)),
        validate: concerned.filter((plugin) => plugin.validate !== undefined),
      };
      byKind.set(kind, handlers);
    }
    return handlers;
  };
  return {
    mutate(review) {
      const { mutate } = handlersOf(review);
      const done = run(mutate, 'mutate', review);
      const finish = (): Promise<void> => (review.reinvocation?.wanted ? again(mutate, review) : DONE);
      return done === DONE ? finish() : done.then(finish);
    },
    validate: (review) => run(handlersOf(review).validate, 'validate', review),
  };
}

/** All plugins look once more: those that want to say so, and the built-in ones (NewReinvocationHandler). */
function again(plugins: readonly AdmissionPlugin[], review: Review): Promise<void> {
  review.reinvocation = { wanted: false, isSecond: true };
  return run(plugins, 'mutate', review);
}

/** Takes a turn only where a plugin does. */
function run(plugins: readonly AdmissionPlugin[], phase: 'mutate' | 'validate', review: Review): Promise<void> {
  try {
    for (const [index, plugin] of plugins.entries()) {
      const pending = plugin[phase]?.(review);
      if (pending instanceof Promise) return finish(pending, plugins.slice(index + 1), phase, review);
    }
    return DONE;
  } catch (error) {
    return Promise.reject(error instanceof Error ? error : new Error(String(error)));
  }
}

async function finish(
  pending: Promise<void>,
  plugins: readonly AdmissionPlugin[],
  phase: 'mutate' | 'validate',
  review: Review,
): Promise<void> {
  await pending;
  for (const plugin of plugins) {
    const next = plugin[phase]?.(review);
    if (next instanceof Promise) await next;
  }
}
