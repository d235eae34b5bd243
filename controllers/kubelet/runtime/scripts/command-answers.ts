import { answerTo, type CommandAnswer, isAbout } from '../../../../server/kube/pod-script.ts';
import type { Program, StandIn } from '../machine/program.ts';

const NOT_FOUND = 127;

/** A program of which only is known what it answers. */
function answering({ stdout = '', stderr = '', code = 0, afterSeconds = 0 }: CommandAnswer): Program {
  return async (process) => {
    if (afterSeconds > 0) await process.sleep(afterSeconds * 1000);
    if (stdout !== '') await process.write(1, Buffer.from(stdout));
    if (stderr !== '' && process.files.has(2)) await process.write(2, Buffer.from(stderr));
    return code;
  };
}

/** What commands answer in a container because somebody says so. */
export class CommandAnswers {
  readonly #container: string;
  readonly #answers: () => readonly CommandAnswer[];
  /** How often a command got such an answer. */
  count = 0;

  constructor(container: string, answers: () => readonly CommandAnswer[]) {
    this.#container = container;
    this.#answers = answers;
  }

  /** The program that answers a command, whether or not there is one of its name. */
  to(command: readonly string[]): { readonly program?: Program } {
    const answer = answerTo(this.#answers(), this.#container, command);
    if (!answer) return {};
    this.count++;
    return { program: answering(answer) };
  }

  /**
   * What stands for the programs that answers tell of, where scripts start them by their name; for others, or when no
   * answer fits the arguments, what stands for them otherwise.
   */
  standIn(otherwise: StandIn): StandIn {
    return (name) => {
      const other = otherwise(name);
      if (!this.#answers().some((answer) => isAbout(answer, name))) return other;
      return async (process, args, called) => {
        const { program = other } = this.to([process.argv[0] ?? called, ...args]);
        if (program) return program(process, args, called);
        await process.complain(`${called}: not found`);
        return NOT_FOUND;
      };
    };
  }
}
