/** What an annotation says of how the containers of a pod behave. */
import type { Frozen } from '../../../server/base/freeze.ts';
import { didYouMean } from '../../../server/base/near-names.ts';
import type { Node, Pod } from '../../../server/kube/types.gen.ts';
import { unknownContainers } from './named-containers.ts';

export const BEHAVIOUR = 'fauxkube.dev/behaviour';
/** The only wish of nodes: they neither report nor run anything. */
export const LOST = 'node-lost';

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
 * @returns what is wrong with each that cannot be understood, if any
 * @example
 * parsePresets('crashloop@3, proxy=slow-ready@5s')
 */
export function parsePresets(text: string): readonly Preset[] | string {
  const read = text.split(',').map((wish) => parsePreset(wish.trim()));
  const problems = read.filter((preset) => typeof preset === 'string');
  return problems.length > 0 ? problems.join('; ') : read.filter((preset) => typeof preset !== 'string');
}

/** What somebody may have meant, or all that there is. */
function insteadOf(name: string): string {
  if (name === LOST) return ': it is one of nodes, not of pods';
  const known = Object.keys(PRESETS);
  return didYouMean(name, known) || `: there are ${known.join(', ')}`;
}

function parsePreset(wish: string): Preset | string {
  const match = /^(?:([a-z0-9][a-z0-9-]*)=)?([a-z-]+)(?:@([^:@]+))?(?::(\d+))?$/.exec(wish);
  const [, container, name = '', when, code] = match ?? [];
  const parts = Object.hasOwn(PRESETS, name) ? PRESETS[name] : undefined;
  if (!match || !parts) return `${JSON.stringify(wish)} is no behaviour${insteadOf(name)}`;
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

const wishesOf = ({ metadata }: Frozen<Node>): string[] =>
  (metadata.annotations?.[BEHAVIOUR] ?? LOST).split(',').map((wish) => wish.trim());

/** Whether a node is annotated to be lost. */
export function isLost(node: Frozen<Node>): boolean {
  return node.metadata.annotations?.[BEHAVIOUR] !== undefined && wishesOf(node).includes(LOST);
}

/** What is wrong with the annotation of a node. */
export function nodeComplaint(node: Frozen<Node>): string | undefined {
  const wrong = wishesOf(node).filter((wish) => wish !== LOST);
  if (wrong.length === 0) return undefined;
  const shown = wrong.map((wish) => JSON.stringify(wish)).join(', ');
  return `${shown} ${wrong.length === 1 ? 'is no behaviour' : 'are no behaviours'} of nodes: there is only ${LOST}`;
}

/** Annotations that were read: pods of one template say the same. */
const READ_MAX = 100;

/** Reads annotations, each text once. */
export class Presets {
  readonly #read = new Map<string, readonly Preset[] | string>();

  /** What is wrong with the annotation of a pod. */
  complaint(pod: Frozen<Pod>): string | undefined {
    const text = pod.metadata.annotations?.[BEHAVIOUR];
    if (text === undefined) return undefined;
    const presets = this.#parsed(text);
    if (typeof presets === 'string') return presets;
    const problem = unknownContainers(
      pod,
      presets.map(({ container }) => container),
    );
    return problem && `${BEHAVIOUR}: ${problem}`;
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
