import { Writable } from 'node:stream';
import type { Clock } from '../../../../server/base/clock.ts';
import type { LogRequest, ProcessStreams, RunningProcess } from '../../../../server/kube/node-connector.ts';
import { ContainerLog } from '../container/container-log.ts';
import type { LiveContainer } from '../container/live-container.ts';
import { MACHINE_LIMITS } from '../machine/limits.ts';
import { readLine, type WrittenLine } from './log-lines.ts';

/** Calls back for each line of what is written to it. */
function lineReader(take: (line: WrittenLine) => void): Writable {
  let begun = '';
  return new Writable({
    write(chunk: Buffer, _encoding, done) {
      const lines = (begun + chunk.toString('latin1')).split('\n');
      begun = (lines.pop() ?? '').slice(-MACHINE_LIMITS.textLength);
      for (const line of lines) take(readLine(line));
      done();
    },
    final(done) {
      if (begun !== '') take(readLine(begun));
      done();
    },
  });
}

function collected(): { readonly stream: Writable; readonly text: () => string } {
  let text = '';
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      text = (text + chunk.toString()).slice(0, MACHINE_LIMITS.pathLength * 2);
      done();
    },
  });
  return { stream, text: () => text };
}

/** How its own `tail` reads a file to its end, and further if it is followed. */
const reading = (file: string, from: '+1' | '0', follow: boolean): readonly string[] => [
  'tail',
  '-n',
  from,
  ...(follow ? ['-F'] : []),
  file,
];

/**
 * The log that a file in a container holds; for as long as the container runs, if it is followed.
 *
 * @param live runs
 */
export async function* readFileLog(
  live: LiveContainer,
  file: string,
  request: Omit<LogRequest, 'previous'>,
  clock: Clock,
): AsyncGenerator<Buffer> {
  const { follow, signal } = request;
  const log = new ContainerLog(clock, MACHINE_LIMITS.logBytes);
  const stdout = lineReader(({ stream, text, time }) => log.keep(stream, text, time));
  const complaint = collected();
  const process = await live.tool(reading(file, '+1', follow), { stdout, stderr: complaint.stream });
  const end = (): void => process.signal('KILL');
  signal.addEventListener('abort', end, { once: true });
  const over = process.exitCode.then((code) => {
    stdout.end();
    log.close();
    return code;
  });
  if (!follow) {
    const code = await over;
    if (code !== 0) yield Buffer.from(`failed to open log file ${JSON.stringify(file)}: ${complaint.text()}`);
  }
  try {
    yield* log.read(request);
  } finally {
    signal.removeEventListener('abort', end);
    end();
  }
}

/** Lets somebody read what comes to a file from now on: there is no program to join. */
export async function attachFile(live: LiveContainer, file: string, streams: ProcessStreams): Promise<RunningProcess> {
  const stdout = lineReader(({ stream, text }) => {
    const to = streams[streams.terminal ? 'stdout' : stream];
    if (to && !to.destroyed && !to.writableEnded) to.write(Buffer.from(text, 'latin1'));
  });
  streams.stdin?.resume();
  const process = await live.tool(reading(file, '0', true), { stdout });
  return { exitCode: process.exitCode.then(() => 0), hangUp: () => process.signal('KILL') };
}
