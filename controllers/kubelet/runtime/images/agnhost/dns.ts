import { SystemError } from '../../machine/errno.ts';
import type { Process } from '../../machine/process.ts';
import type { Program } from '../../machine/program.ts';
import { readAll } from '../../shell/programs/input.ts';

/** Go's words and code for what a program did not expect. */
async function panic(process: Process, text: string): Promise<number> {
  await process.complain(`panic: ${text}\n\ngoroutine 1 [running]:`);
  return 2;
}

async function textOf(process: Process, path: string): Promise<string | undefined> {
  try {
    const file = process.open(path, { read: true }).retain();
    const text = (await readAll(process, file)).toString('latin1');
    file.release();
    return text;
  } catch (error) {
    if (error instanceof SystemError) return undefined;
    throw error;
  }
}

/** Prints the words of a line of /etc/resolv.conf. */
const wordsOf =
  (keyword: string): Program =>
  async (process) => {
    const lines = (await textOf(process, '/etc/resolv.conf'))?.split('\n') ?? [];
    const line = lines.find((text) => text.startsWith(keyword));
    if (line === undefined) return panic(process, 'Could not find DNS search list!');
    await process.print(`${line.split(' ').slice(1).join(',')}\n`);
    return 0;
  };

export const dnsSuffix = wordsOf('search');
export const dnsServerList = wordsOf('nameserver');

export const etcHosts: Program = async (process) => {
  const text = await textOf(process, '/etc/hosts');
  if (text === undefined) return panic(process, 'open /etc/hosts: no such file or directory');
  await process.print(`${text}\n`);
  return 0;
};
