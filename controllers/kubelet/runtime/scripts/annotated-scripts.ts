/** What annotations of a pod say of its commands and its logs. */

import type { Frozen } from '../../../../server/base/freeze.ts';
import {
  type CommandAnswer,
  type LogScript,
  parseCommandAnswers,
  parseLogScript,
} from '../../../../server/kube/pod-script.ts';
import type { Pod } from '../../../../server/kube/types.gen.ts';
import { parseYamlText } from '../../yaml-text.ts';
import { unknownContainers } from '../named-containers.ts';

/** What commands answer, as YAML or JSON. */
export const COMMANDS_ANNOTATION = 'fauxkube.dev/commands';
/** What containers write, the same. */
export const LOGS_ANNOTATION = 'fauxkube.dev/logs';

/** Annotations that were read: pods of one template say the same. */
const READ_MAX = 100;

/** Reads texts, each once; what cannot be understood says nothing. */
class Annotation<T extends { readonly container?: string }> {
  readonly #name: string;
  readonly #parse: (value: unknown) => readonly T[];
  readonly #read = new Map<string, readonly T[] | string>();

  constructor(name: string, parseValue: (value: unknown) => readonly T[]) {
    this.#name = name;
    this.#parse = parseValue;
  }

  of(pod: Frozen<Pod>): readonly T[] {
    const found = this.#found(pod);
    return typeof found === 'string' ? [] : found;
  }

  complaint(pod: Frozen<Pod>): string | undefined {
    const found = this.#found(pod);
    if (typeof found === 'string') return found;
    const problem =
      found.length === 0
        ? undefined
        : unknownContainers(
            pod,
            found.map(({ container }) => container),
          );
    return problem && `${this.#name}: ${problem}`;
  }

  #found({ metadata }: Frozen<Pod>): readonly T[] | string {
    const text = metadata.annotations?.[this.#name];
    if (text === undefined) return [];
    let found = this.#read.get(text);
    if (found === undefined) {
      try {
        found = this.#parse(parseYamlText(text));
      } catch (error) {
        found = `${this.#name}: ${(error as Error).message}`;
      }
      if (this.#read.size >= READ_MAX) this.#read.clear();
      this.#read.set(text, found);
    }
    return found;
  }
}

export class AnnotatedScripts {
  readonly #commands = new Annotation<CommandAnswer>(COMMANDS_ANNOTATION, (value) => parseCommandAnswers(value));
  readonly #logs = new Annotation<LogScript>(LOGS_ANNOTATION, (value) => parseLogScript(value));

  /** What is wrong with them, for their author. */
  complaint(pod: Frozen<Pod>): string | undefined {
    const problems = [this.#commands.complaint(pod), this.#logs.complaint(pod)].filter((text) => text !== undefined);
    return problems.length > 0 ? problems.join('; ') : undefined;
  }

  commands(pod: Frozen<Pod>): readonly CommandAnswer[] {
    return this.#commands.of(pod);
  }

  /** Lines without a container are written by all but init containers. */
  logs(pod: Frozen<Pod>, container: string): readonly LogScript[] {
    const isMain = pod.spec.containers?.some(({ name }) => name === container) ?? false;
    return this.#logs.of(pod).filter((line) => (line.container === undefined ? isMain : line.container === container));
  }
}
