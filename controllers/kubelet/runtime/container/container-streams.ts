import { PassThrough, Writable } from 'node:stream';
import type { ProcessStreams, TerminalSize } from '../../../../server/kube/node-connector.ts';
import type { AnyContainer } from '../pod-runtime.ts';
import type { ContainerLog, LogStream } from './container-log.ts';

interface Attachment {
  readonly streams: ProcessStreams;
  readonly detach: () => void;
}

/** What a container's own program reads and writes: everything goes to the log, and to all who have attached. */
export class ContainerStreams {
  readonly #container: AnyContainer;
  readonly #log: ContainerLog;
  readonly #stdin: PassThrough | undefined;
  readonly #attached = new Set<Attachment>();
  readonly #resized: ((size: TerminalSize) => void)[] = [];

  constructor(container: AnyContainer, log: ContainerLog) {
    this.#container = container;
    this.#log = log;
    if (container.stdin) this.#stdin = new PassThrough();
  }

  /** For the program. */
  get streams(): ProcessStreams {
    const { tty } = this.#container;
    return {
      ...(this.#stdin && { stdin: this.#stdin }),
      stdout: this.#output('stdout'),
      ...(tty
        ? { terminal: { onResize: (resized: (size: TerminalSize) => void) => void this.#resized.push(resized) } }
        : { stderr: this.#output('stderr') }),
    };
  }

  #output(name: LogStream): Writable {
    return new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        this.#log.write(name, chunk);
        if (this.#attached.size === 0) done();
        else void this.#pass(name, chunk).then(() => done());
      },
    });
  }

  /** Writes as the program would, without waiting for anybody. */
  say(name: LogStream, chunk: Buffer): void {
    this.#log.write(name, chunk);
    // With a terminal everything goes to the one output.
    if (this.#attached.size > 0) void this.#pass(this.#container.tty ? 'stdout' : name, chunk);
  }

  /** Whoever reads slowly makes the program wait; whoever has gone does not. */
  async #pass(name: LogStream, chunk: Buffer): Promise<void> {
    for (const { streams } of this.#attached) {
      const stream = streams[name];
      if (!stream || stream.destroyed || stream.writableEnded || stream.write(chunk)) continue;
      await new Promise<void>((resolve) => {
        const done = (): void => {
          stream.off('drain', done).off('close', done).off('error', done);
          resolve();
        };
        stream.on('drain', done).on('close', done).on('error', done);
      });
    }
  }

  /** Joins somebody. @returns what resolves when nothing more comes, and how to leave */
  attach(streams: ProcessStreams): { readonly over: Promise<void>; readonly detach: () => void } {
    let detach = (): void => undefined;
    const over = new Promise<void>((resolve) => {
      detach = resolve;
    });
    const attachment: Attachment = {
      streams,
      detach: () => {
        this.#attached.delete(attachment);
        if (streams.stdin && this.#stdin) streams.stdin.unpipe(this.#stdin);
        detach();
      },
    };
    this.#attached.add(attachment);
    streams.terminal?.onResize((size) => {
      if (this.#attached.has(attachment)) for (const resized of this.#resized) resized(size);
    });
    if (streams.stdin) this.#connectInput(streams.stdin, attachment);
    return { over, detach: attachment.detach };
  }

  #connectInput(input: NonNullable<ProcessStreams['stdin']>, attachment: Attachment): void {
    const { stdinOnce = false, tty = false } = this.#container;
    const stdin = this.#stdin;
    if (!stdin) {
      input.resume();
      return;
    }
    input.pipe(stdin, { end: false });
    input.once('end', () => {
      // As containerd: whoever may come again loses the outputs with the input, and who may not ends the input.
      if (stdinOnce && !tty) stdin.end();
      else attachment.detach();
    });
    input.once('close', () => {
      if (stdinOnce && !tty && !input.readableEnded) stdin.end();
    });
  }

  /** The program has ended. */
  close(): void {
    for (const { detach } of this.#attached) detach();
    this.#stdin?.destroy();
  }
}
