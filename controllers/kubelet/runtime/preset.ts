/** What an annotation says of how the containers of a pod behave. */
import type { Frozen } from '../../../server/base/freeze.ts';
import type { Pod } from '../../../server/kube/types.gen.ts';

export const BEHAVIOUR = 'fauxkube.dev/behaviour';

/** One wish, such as `oom@30s`. */
export interface Preset {
  readonly name: string;
  /** For one container only; otherwise for all but init containers. */
  readonly container?: string;
  readonly afterMs?: number;
  readonly times?: number;
  readonly exitCode?: number;
}

type Part = 'duration' | 'times' | 'exitCode';

/** What there is, and what it takes. */
const PRESETS: Readonly<Record<string, readonly Part[]>> = {
  crashloop: ['times', 'duration', 'exitCode'],
  oom: ['duration'],
  exit: ['duration', 'exitCode'],
  run: [],
  imagepull: ['times', 'duration'],
  pending: ['duration'],
  'slow-ready': ['duration'],
  'not-ready': ['duration'],
  unhealthy: ['duration'],
  'slow-stop': ['duration'],
  // What becomes of the node is not the pod's affair.
  'node-lost': ['duration'],
};

const DURATION = /^(?:\d+(?:\.\d+)?(?:ms|s|m|h))+$/;
const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

function durationMs(text: string): number | undefined {
  if (!DURATION.test(text)) return undefined;
  let sum = 0;
  for (const [, amount, unit = ''] of text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g))
    sum += Number(amount) * (UNIT_MS[unit] ?? 0);
  return sum;
}

/**
 * `[container=]name[@duration or @times][:exit code]`, several separated by commas.
 *
 * @returns what is wrong, for what cannot be understood
 * @example
 * parsePresets('crashloop@3, proxy=slow-ready@5s')
 */
export function parsePresets(text: string): readonly Preset[] | string {
  const presets: Preset[] = [];
  for (const wish of text.split(',').map((part) => part.trim())) {
    const preset = parsePreset(wish);
    if (typeof preset === 'string') return preset;
    presets.push(preset);
  }
  return presets;
}

function parsePreset(wish: string): Preset | string {
  const match = /^(?:([a-z0-9][a-z0-9-]*)=)?([a-z-]+)(?:@([^:@]+))?(?::(\d+))?$/.exec(wish);
  const [, container, name = '', when, code] = match ?? [];
  const parts = Object.hasOwn(PRESETS, name) ? PRESETS[name] : undefined;
  if (!match || !parts)
    return `${JSON.stringify(wish)} is no behaviour: there are ${Object.keys(PRESETS).join(', ')}, with @duration`;
  if (code !== undefined && !parts.includes('exitCode')) return `${JSON.stringify(wish)}: ${name} takes no exit code`;
  if (code !== undefined && Number(code) > 255) return `${JSON.stringify(wish)}: exit codes go from 0 to 255`;
  const times = when !== undefined && /^\d+$/.test(when) && parts.includes('times') ? Number(when) : undefined;
  const afterMs = when === undefined || times !== undefined ? undefined : durationMs(when);
  if (when !== undefined && times === undefined && (afterMs === undefined || !parts.includes('duration')))
    return `${JSON.stringify(wish)}: ${when} is no ${parts.includes('times') ? 'number or ' : ''}duration such as 30s`;
  return {
    name,
    ...(container !== undefined && { container }),
    ...(afterMs !== undefined && { afterMs }),
    ...(times !== undefined && { times }),
    ...(code !== undefined && { exitCode: Number(code) }),
  };
}

/** Annotations that were read: pods of one template say the same. */
const READ_MAX = 100;

/** Reads annotations, each text once. */
export class Presets {
  readonly #read = new Map<string, readonly Preset[] | string>();

  /** What is wrong with the annotation of a pod. */
  complaint({ metadata }: Frozen<Pod>): string | undefined {
    const text = metadata.annotations?.[BEHAVIOUR];
    const presets = text === undefined ? undefined : this.#parsed(text);
    return typeof presets === 'string' ? presets : undefined;
  }

  /** What a pod wishes for one of its containers. */
  of({ metadata, spec }: Frozen<Pod>, container: string): readonly Preset[] {
    const text = metadata.annotations?.[BEHAVIOUR];
    if (text === undefined) return [];
    const presets = this.#parsed(text);
    if (typeof presets === 'string') return [];
    const isMain = spec.containers?.some(({ name }) => name === container) ?? false;
    return presets.filter((preset) => (preset.container === undefined ? isMain : preset.container === container));
  }

  #parsed(text: string): readonly Preset[] | string {
    let presets = this.#read.get(text);
    if (presets === undefined) {
      presets = parsePresets(text);
      if (this.#read.size >= READ_MAX) this.#read.clear();
      this.#read.set(text, presets);
    }
    return presets;
  }
}
