/** Programs in containers and their streams: k8s.io/cri-streaming's exec.go and attach.go. */
import type { Duplex } from 'node:stream';
import { ApiError, internalError, type Status } from '../../kube/api-error.ts';
import type { ProcessStreams, RunningProcess, TerminalSize } from '../../kube/node-connector.ts';
import { type SessionOffer, type StreamSession, SUCCESS } from '../../kube/stream-session.ts';

export interface CommandOptions {
  readonly stdin: boolean;
  readonly stdout: boolean;
  readonly stderr: boolean;
  readonly tty: boolean;
}

export interface Outcome {
  /** What stands before the message when the program could not begin. */
  readonly failure: string;
  /** Whether the client is told the exit code. */
  readonly tellsExit: boolean;
}

type Begin = (streams: ProcessStreams) => Promise<RunningProcess>;

export function commandSession(options: CommandOptions, begin: Begin, outcome: Outcome): SessionOffer {
  const wanted = (['stdin', 'stdout', 'stderr'] as const).filter((name) => options[name]);
  return {
    kind: { type: 'remote-command', channels: options.tty ? [...wanted, 'resize'] : wanted },
    start: (session) => void run(session, options, begin, outcome),
  };
}

async function run(session: StreamSession, options: CommandOptions, begin: Begin, outcome: Outcome): Promise<void> {
  let process: RunningProcess | undefined;
  let isGone = false;
  session.onClose(() => {
    isGone = true;
    process?.hangUp();
    process = undefined;
  });
  try {
    const begun = await begin(streamsOf(session, options));
    if (isGone) begun.hangUp();
    else process = begun;
    const exitCode = await begun.exitCode;
    process = undefined;
    session.finish(exitCode === 0 || !outcome.tellsExit ? SUCCESS : exitStatus(exitCode));
  } catch (error) {
    session.finish(statusOf(error as Error, outcome.failure));
  }
}

const statusOf = (error: Error, failure: string): Status =>
  (error instanceof ApiError ? error : internalError(`${failure}: ${error.message}`)).status;

/** Clients make their own exit code of it. */
function exitStatus(exitCode: number): Status {
  return {
    ...SUCCESS,
    status: 'Failure',
    message: `command terminated with non-zero exit code: command terminated with exit code ${exitCode}`,
    reason: 'NonZeroExitCode',
    details: { causes: [{ reason: 'ExitCode', message: String(exitCode) }] },
  };
}

function streamsOf(session: StreamSession, options: CommandOptions): ProcessStreams {
  const stream = (name: 'stdin' | 'stdout' | 'stderr'): { readonly [key in typeof name]?: Duplex } => {
    const found = options[name] ? session.channel(name) : undefined;
    return found ? { [name]: found } : {};
  };
  const streams = { ...stream('stdin'), ...stream('stdout'), ...stream('stderr') };
  return options.tty ? { ...streams, terminal: terminalOf(session.channel('resize')) } : streams;
}

/** Each size is an object of JSON, one after the other. */
const SIZE = /\{[^{}]*\}/g;
const SIZE_CHARACTERS_MAX = 1024;

function terminalOf(resize: Duplex | undefined): NonNullable<ProcessStreams['terminal']> {
  const listeners: ((size: TerminalSize) => void)[] = [];
  let last: TerminalSize | undefined;
  let text = '';
  resize?.on('data', (chunk: Buffer) => {
    text += chunk.toString();
    for (const [found] of text.matchAll(SIZE)) last = sizeOf(found) ?? last;
    text = text.slice(text.lastIndexOf('}') + 1).slice(0, SIZE_CHARACTERS_MAX);
    if (last) for (const resized of listeners) resized(last);
  });
  return {
    onResize(resized) {
      listeners.push(resized);
      if (last) resized(last);
    },
  };
}

function sizeOf(text: string): TerminalSize | undefined {
  try {
    const { Width: columns, Height: rows } = JSON.parse(text) as { Width?: unknown; Height?: unknown };
    return Number.isInteger(columns) && Number.isInteger(rows)
      ? { columns: columns as number, rows: rows as number }
      : undefined;
  } catch {
    return undefined;
  }
}
