import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { environmentOf, execForm, last } from './dockerfile.ts';
import { type Image, NOBODY, withoutNpm } from './image.ts';

/** Where folders of the container lie: `/data` → a folder of this machine. */
export type Mounts = Readonly<Record<string, string>>;

/** A process that runs as a container of an image would, but for the kernel's walls. */
export interface Container {
  readonly process: ChildProcess;
  /** `https://127.0.0.1:…` as the ready line says. */
  readonly url: string;
  readonly proxyUrl: string;
  /** Ends with its exit code and everything that it printed. */
  run(command: readonly string[], env?: Record<string, string>): Promise<{ code: number | null; output: string }>;
}

/** Whether another user could get at a folder: below a private home it could not. */
function isOpen(folder: string): boolean {
  const isPassable = (statSync(folder).mode & 0o001) !== 0;
  return isPassable && (folder === dirname(folder) || isOpen(dirname(folder)));
}

const user = (folder: string): { uid?: number; gid?: number } =>
  process.getuid?.() === 0 && isOpen(folder) ? { uid: NOBODY, gid: NOBODY } : {};

/** Paths of the container in a text, as paths of this machine. */
function translate(text: string, root: string, mounts: Mounts): string {
  return text.replaceAll(/(?<=^|=)(\/\w+)(?=\/|=|$)/g, (path) => mounts[path] ?? join(root, path));
}

/** Starts what ENTRYPOINT and CMD say, on free ports of the loopback, and waits until it says that it is ready. */
export async function startContainer(
  image: Image,
  options: { readonly command?: readonly string[]; readonly mounts?: Mounts } = {},
): Promise<Container> {
  const stage = image.stages.at(-1);
  if (!stage) throw new Error('the Dockerfile has no stage');
  const root = image.folder(image.stages.length - 1);
  const cwd = join(root, last(stage, 'WORKDIR'));
  const { mounts = {} } = options;
  const environment = Object.entries(environmentOf(stage)).map(([name, value]) => [
    name,
    translate(value, root, mounts),
  ]);
  const env = {
    ...withoutNpm(process.env),
    ...(Object.fromEntries(environment) as Record<string, string>),
    // Ports of a container are its own, and nobody outside this machine has to reach it.
    FAUXKUBE_HOST: '127.0.0.1',
    FAUXKUBE_PORT: '0',
    FAUXKUBE_PROXY_PORT: '0',
  };
  const run = (command: readonly string[], more: Record<string, string> = {}): ChildProcess => {
    const [program = '', ...args] = command.map((word) => translate(word, root, mounts));
    accessSync(cwd, constants.R_OK);
    return spawn(program === 'node' ? process.execPath : program, args, {
      cwd,
      env: { ...env, ...more },
      stdio: ['ignore', 'pipe', 'pipe'],
      ...user(root),
    });
  };
  const child = run([...execForm(last(stage, 'ENTRYPOINT')), ...(options.command ?? execForm(last(stage, 'CMD')))]);
  onTestFinished(() => void child.kill('SIGKILL'));
  const text = await outputUntil(child, /export KUBECONFIG/);
  return {
    process: child,
    url: / on (https:\S+)/.exec(text)?.[1] ?? '',
    proxyUrl: /http_proxy=(\S+)/.exec(text)?.[1] ?? '',
    run: async (command, more) => {
      const other = run(command, more);
      const output = await outputUntil(other);
      return { code: other.exitCode, output };
    },
  };
}

/** Everything that a process prints, up to a text or to its end. @throws Error if it ends before the text */
async function outputUntil(child: ChildProcess, text?: RegExp): Promise<string> {
  let output = '';
  const ended = once(child, 'close');
  const seen = new Promise<void>((resolve) => {
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (part: Buffer) => {
        output += part.toString();
        if (text?.test(output)) resolve();
      });
  });
  await Promise.race([ended, seen]);
  if (text && !text.test(output)) throw new Error(`it ended with ${child.exitCode}: ${output}`);
  return output;
}
