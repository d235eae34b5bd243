import { toBytes } from '../../machine/byte-text.ts';
import { openPipe } from '../../machine/pipe.ts';
import type { Process } from '../../machine/process.ts';
import { loadProgram } from '../../machine/program-files.ts';
import { readAll } from '../../shell/programs/input.ts';
import { goJson, log } from '../go-program.ts';
import { type HttpCall, sendText } from '../http-server.ts';

/** `/shell`: runs a command in the container, and tells what it said and whether it failed. */
export async function shellPage(process: Process, call: HttpCall, command: string): Promise<void> {
  await log(process, `GET /shell?cmd=${command}`);
  const argv = ['/bin/sh', '-c', toBytes(command)];
  const { program } = loadProgram(process.machine, '/bin/sh', argv, process);
  const { reader, writer } = openPipe(process.machine.limits.pipeBytes);
  const input = process.open('/dev/null', { read: true });
  reader.retain();
  writer.retain();
  const files = new Map([input, writer, writer].entries());
  const child = process.spawn(argv, program, { files });
  writer.release();
  const text = (await readAll(process, reader)).toString();
  reader.release();
  const code = await process.wait(child);
  const failure = child.endedBy === undefined ? `exit status ${code}` : `signal: ${child.endedBy.toLowerCase()}`;
  sendText(call, goJson({ ...(text !== '' && { output: text }), ...(code !== 0 && { error: failure }) }));
}
