import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { buildImage, withoutNpm } from './image.ts';
import { KUBECTL } from './kubectl.ts';

/** The blocks of one language in a document. */
export function blocksOf(document: string, language: string): string[] {
  const text = readFileSync(document, 'utf8');
  return [...text.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'gms'))].map(([, block]) => block ?? '');
}

/** How a script ended. */
export interface Scripted {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const COMPILER_OPTIONS = {
  target: 'ES2023',
  lib: ['ES2023', 'ESNext.Disposable'],
  module: 'NodeNext',
  types: ['node'],
  strict: true,
  exactOptionalPropertyTypes: true,
  skipLibCheck: true,
  outDir: 'out',
  preserveSymlinks: true,
};

/** A clone after `npm ci`, in which the commands and programs of documents are tried. */
export class Clone implements AsyncDisposable {
  readonly #folder: string;
  #server: ChildProcess | undefined;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** What was built, and what the commands name. */
  static async make(): Promise<Clone> {
    const built = join((await buildImage()).folder(0), 'src');
    const folder = mkdtempSync(join(tmpdir(), 'fauxkube-clone-'));
    cpSync('fixtures', join(folder, 'fixtures'), { recursive: true });
    for (const name of ['dist', 'package.json']) cpSync(join(built, name), join(folder, name), { recursive: true });
    mkdirSync(join(folder, 'node_modules'));
    symlinkSync(built, join(folder, 'node_modules/fauxkube'));
    for (const name of ['@kubernetes', '@types', 'undici-types'])
      symlinkSync(resolve('node_modules', name), join(folder, 'node_modules', name));
    mkdirSync(join(folder, 'bin'));
    const kubectl = execFileSync('sh', ['-c', `command -v ${KUBECTL}`], { encoding: 'utf8' }).trim();
    symlinkSync(kubectl, join(folder, 'bin/kubectl'));
    return new Clone(folder);
  }

  #environment(): NodeJS.ProcessEnv {
    return {
      ...withoutNpm(process.env),
      PATH: `${join(this.#folder, 'bin')}:${process.env.PATH}`,
      KUBECONFIG: join(this.#folder, '.fauxkube/kubeconfig'),
    };
  }

  /** `npm start -- FLAGS` in another terminal, on free ports. @returns what it prints when it is ready */
  async start(flags: readonly string[]): Promise<string> {
    if (this.#server) {
      this.#server.kill('SIGTERM');
      const [code] = (await once(this.#server, 'exit')) as [number | null];
      if (code !== 0) throw new Error(`the server ended with ${code}`);
    }
    const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: { start: string } };
    const [, ...args] = scripts.start.split(' ');
    const server = spawn(process.execPath, [...args, ...flags], {
      cwd: this.#folder,
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...this.#environment(), FAUXKUBE_PORT: '0', FAUXKUBE_PROXY_PORT: '0' },
    });
    this.#server = server;
    let text = '';
    for await (const part of server.stdout) {
      text += String(part);
      if (text.includes('kubectl get nodes')) break;
    }
    return text;
  }

  /** Runs commands until one fails. */
  script(text: string): Scripted {
    const options = { cwd: this.#folder, encoding: 'utf8', env: this.#environment() } as const;
    return spawnSync('sh', ['-euc', text], options);
  }

  /** `node dist/cli.js …` */
  run(...args: readonly string[]): string {
    const options = { cwd: this.#folder, encoding: 'utf8', env: this.#environment() } as const;
    return execFileSync(process.execPath, ['dist/cli.js', ...args], options);
  }

  /** What the compiler says of a program, by the types of the package; nothing if that is all right. */
  compile(program: string): string {
    writeFileSync(join(this.#folder, 'program.ts'), program);
    const config = { compilerOptions: COMPILER_OPTIONS, files: ['program.ts'] };
    writeFileSync(join(this.#folder, 'tsconfig.json'), JSON.stringify(config));
    const tsc = resolve('node_modules/typescript/bin/tsc');
    return spawnSync(process.execPath, [tsc, '-p', this.#folder, '--noEmit'], { encoding: 'utf8' }).stdout;
  }

  /** What the program prints that was compiled last. */
  execute(): string {
    const program = join(this.#folder, 'program.mjs');
    const esbuild = resolve('node_modules/.bin/esbuild');
    const source = join(this.#folder, 'program.ts');
    execFileSync(esbuild, [source, '--target=node20', '--log-level=warning', `--outfile=${program}`]);
    return execFileSync(process.execPath, [program], { cwd: this.#folder, encoding: 'utf8' });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server?.kill('SIGKILL');
    rmSync(this.#folder, { recursive: true });
  }
}
