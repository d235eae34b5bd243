import type { Process } from '../../machine/process.ts';
import { type Datagram, serveDatagrams } from '../../shell/programs/datagrams.ts';
import { log } from '../go-program.ts';
import { hostAndPort } from '../http-server.ts';

/** What it reads of one datagram. */
const READ_BYTES = 2048;

/** The commands of netexec by UDP: who answers, who asked. @throws SystemError when the port is taken */
export function serveCommands(process: Process, port: number): void {
  serveDatagrams(process, port, (datagram) => answerTo(process, port, datagram));
}

async function answerTo(process: Process, port: number, { data, from }: Datagram): Promise<string | undefined> {
  const text = data.subarray(0, READ_BYTES).toString().trim();
  const command = text.toLowerCase();
  const client = hostAndPort(from);
  const said = async (line: string, answer: string): Promise<string> => {
    await log(process, line);
    return answer;
  };
  if (command === 'hostname') return said('Sending udp hostName response', process.machine.hostname);
  if (command === 'clientip') return said(`Sending clientip back to UDP client ${client}`, client);
  if (command === 'serverport') return said(`Sending server port to UDP client ${port}`, String(port));
  const [, word, rest = ''] = /^(envvar|echo) (.*)$/s.exec(text.replace(/^\w+/, (first) => first.toLowerCase())) ?? [];
  if (word === 'envvar') {
    const value = Buffer.from(process.env.get(rest.trim()) ?? '', 'latin1').toString();
    return said(`Sending UDP envvar response for ${rest.trim()}`, value);
  }
  // It has made everything small before it looks what to echo.
  const echoed = rest.toLowerCase();
  if (word === 'echo') return said(`Echoing ${echoed} to UDP client ${client}`, echoed);
  if (command !== '') await log(process, `Unknown UDP command received from ${client}: ${command}`);
  return undefined;
}
