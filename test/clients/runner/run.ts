import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import type { Command, Program } from './program.ts';
import { SCOPES, type Scope, Surroundings } from './surroundings.ts';

const RUN_LIMIT_MS = 240_000;

/** How a program has ended. */
export interface Result {
  readonly program: Program;
  readonly scope: Scope;
  /** What it has said, in its order: `ok …`, or `not ok …: why`. */
  readonly lines: readonly string[];
}

const built = new Map<string, Promise<string | undefined>>();

async function runBuild(folder: string, [command, ...args]: Command): Promise<string | undefined> {
  const child = spawn(command, args, { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
  const said = text(child.stderr);
  const code = await new Promise<number | null | Error>((done) => child.once('error', done).once('close', done));
  if (code === 0) return undefined;
  return `${command} ${args[0] ?? ''}: ${code instanceof Error ? code.message : (await said).trim().slice(-500)}`;
}

/** @returns why it cannot be built */
async function build({ folder, build: commands }: Program): Promise<string | undefined> {
  for (const command of commands) {
    const key = JSON.stringify([folder, command]);
    const problem = await (built.get(key) ?? built.set(key, runBuild(folder, command)).get(key));
    if (problem !== undefined) return problem;
  }
  return undefined;
}

async function run(program: Program, scope: Scope, kubeconfig: string, namespace: string): Promise<string[]> {
  const [command, ...args] = program.run;
  const told = { KUBECONFIG: kubeconfig, NAMESPACE: namespace, SCOPE: scope };
  const env = { ...process.env, ...program.env, ...told };
  const child = spawn(command, args, { cwd: program.folder, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  const ended = new Promise<number | string | null>((done) => {
    child.once('error', ({ message }) => done(message)).once('close', done);
  });
  // With whom it has started: a tool that is left behind would hold its pipes open.
  const end = (): void => void (child.pid !== undefined && process.kill(-child.pid, 'SIGKILL'));
  const late = setTimeout(end, RUN_LIMIT_MS);
  let said = '';
  child.stderr.on('data', (data: Buffer) => {
    said = `${said}${data.toString()}`.slice(-2000);
  });
  const lines: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    if (!/^(not )?ok /.test(line)) continue;
    lines.push(line);
    process.stderr.write(`${program.name} (${scope}): ${line}\n`);
  }
  const code = await ended;
  clearTimeout(late);
  const isTold = lines.some((line) => line.startsWith('not ok'));
  const why = said.trim().split('\n').at(-1) || `ended with ${code ?? 'nothing, killed after its time'}`;
  if (code !== 0 && !isTold) lines.push(`not ok runs to its end: ${why}`);
  if (lines.length === 0) lines.push('not ok says what it has done: nothing');
  return lines;
}

/** Builds a program and runs it as each of {@link SCOPES}. */
export async function runProgram(program: Program, kubectl: string): Promise<Result[]> {
  if (program.missing !== undefined) {
    process.stderr.write(`${program.name}: not run: ${program.missing}\n`);
    return SCOPES.map((scope) => ({ program, scope, lines: [] }));
  }
  const problem = await build(program);
  const results: Result[] = [];
  const found = (scope: Scope, lines: readonly string[]): void => {
    const last = lines.at(-1) ?? '';
    if (/^not ok (builds|runs)/.test(last)) process.stderr.write(`${program.name} (${scope}): ${last}\n`);
    results.push({ program, scope, lines });
  };
  if (problem !== undefined) {
    found('cluster', [`not ok builds: ${problem}`]);
    return results;
  }
  await using surroundings = await Surroundings.start(program, kubectl);
  for (const scope of program.onlyCluster === undefined ? SCOPES : (['cluster'] as const)) {
    const kubeconfig = await surroundings.kubeconfig(scope);
    found(scope, await run(program, scope, kubeconfig, surroundings.namespace));
  }
  return results;
}
