import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { rest } from '../../server/base/turn.ts';
import { type Instruction, ignoredByDocker, parseDockerfile, type Stage } from './dockerfile.ts';

/** Not below node_modules: compilers take what lies there for somebody else's. */
const CACHE = resolve('.fauxkube/image');
/** How often somebody looks whether another has built the image. */
const POLL_MS = 100;
/** Stands for the image's user where a test may become somebody else. */
export const NOBODY = 65534;

/** What the Dockerfile makes, built without an engine: each stage is a folder that stands for `/`. */
export interface Image {
  readonly stages: readonly Stage[];
  /** The folder of a stage, by index. */
  folder(stage: number): string;
  /** What `chown` was asked for, as `node:node /data`. */
  readonly owners: string;
}

function hashOf(path: string, hash: ReturnType<typeof createHash>, isIgnored: (path: string) => boolean): void {
  if (isIgnored(path)) return;
  if (!statSync(path).isDirectory()) hash.update(path).update(readFileSync(path));
  else for (const name of readdirSync(path).sort()) hashOf(join(path, name), hash, isIgnored);
}

const copied = ({ rest }: Instruction): { from: string | undefined; sources: string[]; target: string } => {
  const from = /^--from=(\S+)\s/.exec(rest)?.[1];
  const paths = rest.replace(/^--from=\S+\s+/, '').split(/\s+/);
  return { from, sources: paths.slice(0, -1), target: paths.at(-1) ?? '' };
};

/**
 * Executes COPY, WORKDIR and RUN of every stage in folders, as an engine would in images; the base images are Node,
 * which is here. What was built of the same files before is used again.
 */
export async function buildImage(): Promise<Image> {
  const stages = parseDockerfile(readFileSync('Dockerfile', 'utf8'));
  const isIgnored = ignoredByDocker();
  const hash = createHash('sha256').update(process.version).update(readFileSync('Dockerfile'));
  for (const instruction of stages.flatMap(({ instructions }) => instructions)) {
    if (instruction.name !== 'COPY' || copied(instruction).from !== undefined) continue;
    for (const source of copied(instruction).sources) hashOf(source, hash, isIgnored);
  }
  const finished = join(CACHE, hash.digest('hex').slice(0, 16));
  while (!existsSync(finished)) {
    const release = lock();
    if (release === undefined) {
      await rest(POLL_MS);
      continue;
    }
    try {
      if (!existsSync(finished)) buildStages(stages, finished, isIgnored);
    } finally {
      release();
    }
  }
  return {
    stages,
    folder: (stage) => join(finished, String(stage)),
    owners: readFileSync(join(finished, 'owners'), 'utf8').trim(),
  };
}

/** Of several test files that need the image at the same time one builds it. Undefined while another does. */
function lock(): (() => void) | undefined {
  const file = join(CACHE, 'lock');
  mkdirSync(CACHE, { recursive: true });
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' });
    return () => rmSync(file);
  } catch {
    if (existsSync(file) && !isAlive(Number(readFileSync(file, 'utf8')))) rmSync(file, { force: true });
    return undefined;
  }
}

/** A process that has just made its lock has not written its number yet: 0 is everybody's own group, and alive. */
function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** Builds beside, and moves it where it belongs when it is whole; what was built before is of no use any more. */
function buildStages(stages: readonly Stage[], finished: string, isIgnored: (path: string) => boolean): void {
  const folder = mkdtempSync(join(CACHE, 'building-'));
  chmodSync(folder, 0o755);
  stages.forEach((_, i) => {
    buildStage(stages, i, folder, isIgnored);
  });
  rmSync(join(folder, '0/src/node_modules'), { recursive: true, force: true });
  renameSync(folder, finished);
  for (const name of readdirSync(CACHE))
    if (name !== basename(finished) && name !== 'lock') rmSync(join(CACHE, name), { recursive: true });
}

function buildStage(stages: readonly Stage[], index: number, folder: string, isIgnored: (path: string) => boolean) {
  const root = join(folder, String(index));
  let workdir = root;
  mkdirSync(root, { recursive: true });
  for (const instruction of stages[index]?.instructions ?? []) {
    const { name, rest } = instruction;
    if (name === 'WORKDIR') workdir = join(root, rest);
    mkdirSync(workdir, { recursive: true });
    if (name === 'RUN') run(rest, root, workdir, folder);
    if (name === 'COPY') {
      const { from, sources, target } = copied(instruction);
      const origin = from === undefined ? '.' : join(folder, String(stages.findIndex((stage) => stage.name === from)));
      const isFolder = target.endsWith('/') || sources.length > 1;
      for (const source of sources) copy(join(origin, source), resolve(workdir, target), isFolder, from, isIgnored);
    }
  }
}

function copy(
  source: string,
  target: string,
  isFolder: boolean,
  from: string | undefined,
  isIgnored: (path: string) => boolean,
): void {
  const isContext = from === undefined;
  if (isContext && isIgnored(source)) throw new Error(`COPY of ${source}, which .dockerignore keeps from the engine`);
  const to = isFolder && !statSync(source).isDirectory() ? join(target, basename(source)) : target;
  mkdirSync(dirname(to), { recursive: true });
  cpSync(source, to, { recursive: true, filter: (path) => !isContext || !isIgnored(relative('.', path)) });
}

/** `chown` to a user of the image is noted, and done for the user that stands for it. */
function run(command: string, root: string, cwd: string, folder: string): void {
  const tools = join(folder, 'tools');
  mkdirSync(tools, { recursive: true });
  writeFileSync(join(tools, 'chown'), `#!/bin/sh\necho "$@" >> ${join(folder, 'owners')}\n`, { mode: 0o755 });
  const { status, stdout, stderr } = spawnSync('sh', ['-ec', command.replaceAll(/(?<=^|\s)\//g, `${root}/`)], {
    cwd,
    encoding: 'utf8',
    env: { ...withoutNpm(process.env), PATH: `${tools}:${process.env.PATH}`, npm_config_prefer_offline: 'true' },
  });
  if (status !== 0) throw new Error(`RUN ${command} ended with ${status}:\n${stdout}${stderr}`);
  if (!existsSync(join(folder, 'owners'))) return;
  const asked = readFileSync(join(folder, 'owners'), 'utf8').trim().split(/\s+/);
  if (process.getuid?.() === 0)
    for (const path of asked.filter((word) => word.startsWith(root))) chownSync(path, NOBODY, NOBODY);
  writeFileSync(join(folder, 'owners'), asked.map((word) => word.replace(root, '')).join(' '));
}

/** What `npm test` sets for its own scripts would lead an npm in another folder astray. */
export function withoutNpm(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const misleading = /^(npm_(?!config_(registry|cache|userconfig))|INIT_CWD|NODE_ENV$|VITEST|FAUXKUBE_)/;
  return Object.fromEntries(Object.entries(env).filter(([name]) => !misleading.test(name)));
}
