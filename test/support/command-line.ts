import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

/** How a process ended. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A `fauxkube …` process. */
export class Process {
  readonly #child: ChildProcess;
  readonly ended: Promise<Ended>;
  stdout = '';
  stderr = '';
  #onOutput: () => void = () => undefined;

  constructor(child: ChildProcess) {
    this.#child = child;
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.stdout += text;
      this.#onOutput();
    });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text;
      this.#onOutput();
    });
    this.ended = new Promise((done, reject) => {
      child.once('error', reject);
      child.once('close', (code, signal) => done({ code, signal, stdout: this.stdout, stderr: this.stderr }));
    });
  }

  /** Resolves with the match as soon as the process has printed such a text. @throws Error when it ends before */
  async printed(pattern: RegExp, stream: 'stdout' | 'stderr' = 'stdout'): Promise<RegExpExecArray> {
    let ended: Ended | undefined;
    for (;;) {
      const match = pattern.exec(this[stream]);
      if (match) return match;
      if (ended) throw new Error(`fauxkube ended with ${ended.code} instead of printing ${pattern}: ${ended.stderr}`);
      const output = new Promise<undefined>((done) => {
        this.#onOutput = () => done(undefined);
      });
      ended = await Promise.race([output, this.ended]);
    }
  }

  /** What it prints from now on is for nobody, as after `| head -1`. */
  stopReading(): void {
    this.#child.stdout?.destroy();
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }
}

/**
 * The command line, in a folder of its own. It runs the sources, bundled once for all of its processes: `dist/` may be
 * older than what is tested.
 */
export class CommandLine implements AsyncDisposable {
  /** Where its processes run. */
  readonly folder: string;
  /** The bundle, for `node`. */
  readonly program: string;
  readonly #running = new Set<Process>();

  constructor(folder: string, program: string) {
    this.folder = folder;
    this.program = program;
  }

  file(name: string): string {
    return join(this.folder, name);
  }

  spawn(args: readonly string[], env: Readonly<Record<string, string>> = {}): Process {
    const child = spawn(process.execPath, [this.program, ...args], {
      cwd: this.folder,
      env: { PATH: process.env.PATH ?? '', HOME: this.folder, NO_COLOR: '1', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const started = new Process(child);
    this.#running.add(started);
    void started.ended.finally(() => this.#running.delete(started));
    return started;
  }

  /** Runs a command to its end, with a text as its standard input. */
  runWith(input: string, args: readonly string[]): Promise<Pick<Ended, 'code' | 'stdout' | 'stderr'>> {
    return new Promise((done) => {
      const env = { PATH: process.env.PATH ?? '', HOME: this.folder, NO_COLOR: '1' };
      const child = execFile(
        process.execPath,
        [this.program, ...args],
        { cwd: this.folder, env },
        (_, stdout, stderr) => done({ code: child.exitCode, stdout, stderr }),
      );
      child.stdin?.end(input);
    });
  }

  /** Runs a command to its end. */
  run(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ended> {
    return this.spawn(args, env).ended;
  }

  /** `fauxkube start` on free ports, ready. */
  async start(args: readonly string[] = [], env: Readonly<Record<string, string>> = {}): Promise<Started> {
    const ports = [
      ...(args.some((arg) => arg.startsWith('--port')) || env.FAUXKUBE_PORT ? [] : ['--port=0']),
      ...(args.some((arg) => arg.startsWith('--proxy-port')) || env.FAUXKUBE_PROXY_PORT ? [] : ['--proxy-port=0']),
    ];
    const started = this.spawn(['start', ...ports, ...args], env);
    await started.printed(/kubectl get nodes\n/);
    const url = (name: RegExp): string => name.exec(started.stdout)?.[1] ?? '';
    return {
      process: started,
      url: url(/ on (https:\S+)/),
      httpUrl: url(/plain HTTP +(\S+)/),
      proxyUrl: url(/http_proxy=(\S+)/),
    };
  }

  /** Ends the processes that still run: a test may leave its own. */
  async endAll(): Promise<void> {
    const left = [...this.#running];
    for (const started of left) started.kill('SIGKILL');
    await Promise.all(left.map(({ ended }) => ended));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.endAll();
    await rm(this.folder, { recursive: true, force: true });
    await rm(this.program, { force: true });
  }
}

/** A `fauxkube start` that is ready; '' for a URL that it does not serve. */
export interface Started {
  readonly process: Process;
  readonly url: string;
  readonly httpUrl: string;
  readonly proxyUrl: string;
}

/** A fresh folder, and the program bundled from its sources. */
export async function commandLine(): Promise<CommandLine> {
  const program = resolve('node_modules/.cache/fauxkube-scripts', `command-line.${process.pid}.mjs`);
  await promisify(execFile)(process.execPath, ['scripts/bundle-ts.mjs', 'server/cli.ts', program]);
  return new CommandLine(await mkdtemp(join(tmpdir(), 'fauxkube-test-')), program);
}
