/** Hooks that run once while a cluster starts: manifests and JavaScript of one folder, in order of their names. */
import { readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { extname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Clock, rfc3339 } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import type { User } from '../../kube/object.ts';
import type { Transport } from '../../kube/transport.ts';
import { parseFixture } from '../fixtures/documents.ts';
import { FixtureError, type FixtureObject, faultsOf } from '../fixtures/faults.ts';

/** What a hook in JavaScript is called with. */
export interface InitContext {
  /** Creates or changes objects: YAML text with any number of documents, or objects. */
  apply(...manifests: readonly (string | object)[]): Promise<void>;
  /** A client without a socket, as the administrator or as anybody. */
  transport(user?: User): Transport;
  /** Resolves when no controller has anything to do any more. */
  settle(): Promise<void>;
  /** Tells something at the log level `info`. */
  log(text: string): void;
}

/** What the cluster does for hooks. */
export interface InitTarget extends Omit<InitContext, 'log'> {
  applyObjects(objects: readonly FixtureObject[]): Promise<void>;
}

export type HookState = 'pending' | 'running' | 'done' | 'failed';

/** One hook as `GET /-/init` tells of it. */
export interface HookStatus {
  /** The name of the file. */
  readonly name: string;
  readonly state: HookState;
  /** Why it failed, with file and line. */
  readonly message?: string;
  readonly startedAt?: string;
  readonly finishedAt?: string;
}

const MANIFESTS = new Set(['.yaml', '.yml', '.json']);
const SCRIPTS = new Set(['.js', '.mjs']);

export class InitHooks {
  readonly folder: string;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #hooks: HookStatus[];

  /** @throws FixtureError for a folder that is none, and for files that cannot be hooks */
  constructor(folder: string, { clock, log }: { readonly clock: Clock; readonly log: Logger }) {
    this.folder = folder;
    this.#clock = clock;
    this.#log = log;
    this.#hooks = hookNames(folder).map((name) => ({ name, state: 'pending' }));
  }

  get status(): readonly HookStatus[] {
    return this.#hooks;
  }

  /** Runs them one after the other. @throws FixtureError of the first that fails; those after it do not run */
  async run(target: InitTarget): Promise<void> {
    for (const index of this.#hooks.keys()) await this.#runOne(index, target);
  }

  async #runOne(index: number, target: InitTarget): Promise<void> {
    const name = this.#hooks[index]?.name ?? '';
    const startedAt = rfc3339(this.#clock.now());
    const path = join(this.folder, name);
    this.#hooks[index] = { name, state: 'running', startedAt };
    try {
      if (MANIFESTS.has(extname(name))) await target.applyObjects(await parseFixture(readFileSync(path, 'utf8'), path));
      else await runScript(path, { ...contextOf(target), log: (text) => this.#log.info({ hook: name }, String(text)) });
      this.#hooks[index] = { name, state: 'done', startedAt, finishedAt: rfc3339(this.#clock.now()) };
    } catch (error) {
      const finishedAt = rfc3339(this.#clock.now());
      const { message } = error as Error;
      this.#hooks[index] = { name, state: 'failed', message, startedAt, finishedAt };
      throw error;
    }
  }
}

function hookNames(folder: string): string[] {
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch {
    throw new FixtureError(folder, undefined, 'there is no such folder of init hooks');
  }
  // Volumes of Kubernetes keep the files themselves in folders whose names begin with a dot.
  return names
    .filter((name) => !name.startsWith('.'))
    .sort((a, b) => (a < b ? -1 : 1))
    .map((name) => checkedName(folder, name));
}

function checkedName(folder: string, name: string): string {
  const path = join(folder, name);
  const extension = extname(name);
  const known = [...MANIFESTS, ...SCRIPTS].join(', ');
  if (statSync(path).isDirectory())
    throw new FixtureError(path, undefined, `init hooks are files (${known}), not folders`);
  if (MANIFESTS.has(extension) || SCRIPTS.has(extension)) return name;
  const why =
    extension === '.sh' ? 'init hooks are not run by a shell: write it in JavaScript' : 'this cannot be an init hook';
  throw new FixtureError(path, undefined, `${why}; there are ${known}`);
}

const contextOf = ({ apply, transport, settle }: InitTarget): Omit<InitContext, 'log'> => ({
  apply,
  transport,
  settle,
});

/** The bundle in dist/ gets this from its loader: scripts/bundle-loader.mjs. */
const importModule =
  (import.meta as { importModule?: (url: string) => Promise<unknown> }).importModule ??
  ((url: string): Promise<unknown> => import(/* @vite-ignore */ url));

/** @throws FixtureError of the script's line */
async function runScript(path: string, context: InitContext): Promise<void> {
  try {
    // A CommonJS module's default export is what it exports.
    const module = (await importModule(pathToFileURL(realpathSync(path)).href)) as { default?: unknown };
    const run = module.default;
    if (typeof run === 'function') {
      await (run as (context: InitContext) => unknown)(context);
      return;
    }
  } catch (error) {
    throw scriptFault(path, error);
  }
  throw new FixtureError(path, undefined, 'the module has to export a function as its default');
}

/** Objects that a script applies have places of their own: they stand behind the words, that of the script before. */
function messageOf(error: Error): string {
  const faults = faultsOf(error).map(({ file, line, fault }) => `${fault} (${file}, line ${line ?? 1})`);
  return faults.length > 0 ? faults.join('; ') : error.message;
}

/** The line of a script that an error comes from, as its stack has it. */
function scriptFault(path: string, error: unknown): FixtureError {
  const real = realpathSync(path);
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  const places = [pathToFileURL(real).href, real];
  const at = places.map((place) => stack.indexOf(`${place}:`)).find((index) => index >= 0);
  const line = at === undefined ? undefined : /:(\d+)/.exec(stack.slice(at).replace(/^file:/, ''))?.[1];
  const message = error instanceof Error ? messageOf(error) : String(error);
  return new FixtureError(path, line === undefined ? undefined : Number(line), message);
}
