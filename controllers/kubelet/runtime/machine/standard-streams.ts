import type { ProcessStreams } from '../../../../server/kube/node-connector.ts';
import { OpenDevice, type OpenFile } from './open-file.ts';
import type { Signal } from './signals.ts';
import { InputStream, OutputStream } from './stream-files.ts';
import { Terminal } from './terminal.ts';

/** What descriptors 0, 1 and 2 stand for. */
export interface ConnectedStreams {
  readonly files: ReadonlyMap<number, OpenFile>;
  /** Resolves when everything has left. */
  readonly written: () => Promise<void>;
  readonly hangUp: () => void;
}

/** Joins the streams of whoever asked for a process to its descriptors. What nobody asked for is /dev/null. */
export function connectStreams(
  streams: ProcessStreams,
  onSignal: (signal: Signal, terminal: Terminal) => void,
): ConnectedStreams {
  const input = streams.stdin && new InputStream(streams.stdin);
  const output = streams.stdout && new OutputStream(streams.stdout);
  const errors = streams.stderr && new OutputStream(streams.stderr);
  const nothing = new OpenDevice('/dev/null');
  let files: readonly OpenFile[] = [input ?? nothing, output ?? nothing, errors ?? nothing];
  let hungUp = (): void => undefined;
  if (streams.terminal) {
    const terminal: Terminal = new Terminal(input ?? nothing, output ?? nothing, (signal) =>
      onSignal(signal, terminal),
    );
    hungUp = () => onSignal('HUP', terminal);
    streams.terminal.onResize((size) => terminal.resize(size));
    files = [terminal, terminal, terminal];
  }
  return {
    files: new Map(files.entries()),
    written: async () => {
      await output?.written();
      await errors?.written();
    },
    hangUp: () => {
      input?.hangUp();
      output?.hangUp();
      errors?.hangUp();
      hungUp();
    },
  };
}
