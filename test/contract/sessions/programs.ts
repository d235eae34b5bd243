import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { ApiError } from '../../../server/kube/api-error.ts';
import type { ProcessStreams, RunningPod } from '../../../server/kube/node-connector.ts';

export const OUTPUT_BYTES = 16 * 1024 * 1024;

/** What the programs of a test pod have noticed. */
export interface Noticed {
  /** How much `pour` has written. */
  pouredBytes: number;
  hangUps: number;
  readonly sizes: string[];
}

type Program = (streams: ProcessStreams, words: readonly string[], noticed: Noticed) => Promise<number>;

const output = ({ stdout }: ProcessStreams): Writable => {
  if (!stdout) throw new Error('there is no stdout');
  return stdout;
};
const input = ({ stdin }: ProcessStreams): Readable => {
  if (!stdin) throw new Error('there is no stdin');
  return stdin;
};

const PROGRAMS: Readonly<Record<string, Program>> = {
  async echo(streams, words) {
    output(streams).write(words.join(' '));
    return 0;
  },
  async fail(streams, [code]) {
    output(streams).write('out');
    streams.stderr?.write('err');
    return Number(code);
  },
  /** Copies its input until that ends. */
  async cat(streams) {
    const stdin = input(streams);
    stdin.pipe(output(streams), { end: false });
    await once(stdin, 'end');
    return 0;
  },
  /** Copies so many bytes of its input. */
  async head(streams, [bytes]) {
    let left = Number(bytes);
    const stdin = input(streams);
    while (left > 0) {
      const chunk = stdin.read() as Buffer | null;
      if (!chunk) await once(stdin, 'readable');
      else output(streams).write(chunk.subarray(0, left));
      left -= chunk?.length ?? 0;
    }
    return 0;
  },
  /** Writes much, as fast as it is taken. */
  async pour(streams, _words, noticed) {
    const stdout = output(streams);
    const piece = Buffer.alloc(1024 * 1024, 'x');
    while (noticed.pouredBytes < OUTPUT_BYTES) {
      noticed.pouredBytes += piece.length;
      if (!stdout.write(piece)) await once(stdout, 'drain');
    }
    return 0;
  },
  /** Runs until the client goes. */
  wait: () => new Promise(() => undefined),
  /** Ends after so many sizes of the terminal. */
  sizes: ({ terminal }, [count], { sizes }) =>
    new Promise((resolve) => {
      terminal?.onResize(({ columns, rows }) => {
        sizes.push(`${columns}x${rows}`);
        if (sizes.length === Number(count)) resolve(0);
      });
    }),
};

/** A pod in which the programs of this file can be run. */
export function podOfPrograms(noticed: Noticed): RunningPod {
  return {
    dial: () => Promise.reject(new Error('connect: connection refused')),
    async exec(_container, [name = '', ...words], streams) {
      const program = PROGRAMS[name];
      if (!program) throw new ApiError(501, 'NotImplemented', `nobody simulates ${name}`);
      let over: (code: number) => void = () => undefined;
      const left = new Promise<number>((resolve) => {
        over = resolve;
      });
      return {
        exitCode: Promise.race([program(streams, words, noticed), left]),
        hangUp() {
          noticed.hangUps++;
          over(129);
        },
      };
    },
  };
}
