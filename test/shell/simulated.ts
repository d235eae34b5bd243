import { PassThrough, type Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { standardImage } from '../../controllers/kubelet/runtime/container/load-programs.ts';
import {
  Machine,
  type MachineOptions,
  type MachineProcess,
  type StartOptions,
} from '../../controllers/kubelet/runtime/machine/machine.ts';
import { programs } from '../../controllers/kubelet/runtime/shell/programs/index.ts';
import { systemClock } from '../../server/base/clock.ts';
import { seededRandom } from '../../server/base/random.ts';

/** A machine as a container has it, with the directory `/w` to work in. */
export function newMachine(options: Partial<MachineOptions> = {}): Machine {
  const machine = new Machine({
    clock: systemClock(),
    random: seededRandom(1),
    hostname: 'web-0',
    image: standardImage(),
    programs: async () => programs,
    ...options,
  });
  machine.view.makePath('/w');
  return machine;
}

/** What a command left. */
export interface Finished {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command to its end. */
export async function runCommand(
  machine: Machine,
  command: readonly string[],
  { stdin, ...options }: StartOptions & { readonly stdin?: Readable } = {},
): Promise<Finished> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const texts = Promise.all([buffer(stdout), buffer(stderr)]);
  const process = await machine.start(
    command,
    { stdout, stderr, ...(stdin ? { stdin } : {}) },
    { cwd: '/w', env: { HOME: '/h' }, ...options },
  );
  const exitCode = await process.exitCode;
  stdout.end();
  stderr.end();
  const [out, errors] = await texts;
  return { exitCode, stdout: out.toString('latin1'), stderr: errors.toString('latin1') };
}

/** A machine whose own program waits: what runs beside it is not protected from signals. */
export async function busyMachine(options: Partial<MachineOptions> = {}): Promise<Machine> {
  const machine = newMachine(options);
  await machine.start(['sleep', 'infinity'], {});
  return machine;
}

/** Runs a script as `kubectl exec` does, in a machine of its own or in the one that is given. */
export async function runScript(script: string, machine?: Machine): Promise<Finished> {
  const used = machine ?? (await busyMachine());
  const finished = await runCommand(used, ['sh', '-c', script]);
  if (!machine) used.stop();
  return finished;
}

/** A process whose streams a test holds in its hands. */
export interface LiveProcess {
  readonly process: MachineProcess;
  readonly stdin: PassThrough;
  /** Everything that it has written, to standard error too. */
  text(): string;
  /** Resolves when it has written this. */
  until(text: string): Promise<void>;
}

/** Starts a command that a test talks to. */
export async function startLive(
  machine: Machine,
  command: readonly string[],
  { terminal = false }: { readonly terminal?: boolean } = {},
): Promise<LiveProcess> {
  const [stdin, output] = [new PassThrough(), new PassThrough()];
  let text = '';
  let check = (): void => undefined;
  output.on('data', (chunk: Buffer) => {
    text += chunk.toString('latin1');
    check();
  });
  const streams = terminal
    ? { stdin, stdout: output, terminal: { onResize: () => undefined } }
    : { stdin, stdout: output, stderr: output };
  const process = await machine.start(command, streams, { cwd: '/w', env: { HOME: '/h' } });
  return {
    process,
    stdin,
    text: () => text,
    until: (wanted) =>
      new Promise((resolve) => {
        check = () => {
          if (text.includes(wanted)) resolve();
        };
        check();
      }),
  };
}
