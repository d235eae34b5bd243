// What the programs of tools share: a tool is run as a person would, and what it prints is compared.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';

const PATIENCE_MS = 60_000;

export const namespace = process.env.NAMESPACE ?? 'default';
export const isCluster = process.env.SCOPE === 'cluster';

// What tools keep of a server below the home of their user must not be that of another server.
const home = mkdtempSync(join(tmpdir(), 'clients-'));
process.on('exit', () => rmSync(home, { recursive: true, force: true }));
const env = { ...process.env, HOME: home, XDG_CONFIG_HOME: home, XDG_CACHE_HOME: home, XDG_DATA_HOME: home };

/** Path of a file of its own, with a text. */
export function file(name, text, mode = 0o600) {
  const path = join(home, name);
  writeFileSync(path, text, { mode });
  return path;
}

process.on('uncaughtException', ({ message }) => {
  process.stdout.write(`not ok prepares what it needs: ${oneLine(message)}\n`);
  process.exit(1);
});

const oneLine = (text) => String(text).replaceAll('\n', ' ⏎ ');

/** A line for what holds, or for what does not and why. */
export async function check(what, test) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error('waited in vain')), PATIENCE_MS);
  });
  try {
    await Promise.race([test(), late]);
    process.stdout.write(`ok ${what}\n`);
  } catch (error) {
    process.exitCode = 1;
    process.stdout.write(`not ok ${what}: ${oneLine(error?.message ?? error)}\n`);
  } finally {
    clearTimeout(timer);
  }
}

export function equal(actual, expected) {
  if (!isDeepStrictEqual(actual, expected))
    throw new Error(`is ${JSON.stringify(actual)}, not ${JSON.stringify(expected)}`);
}

/** One expression of several, for those that are wider than a line. */
export const joined = (...parts) => new RegExp(parts.map(({ source }) => source).join(''), parts[0].flags);

export function match(actual, pattern) {
  if (!pattern.test(actual)) throw new Error(`is ${JSON.stringify(actual)}, which does not match ${pattern}`);
}

/** A tool that runs until it ends or is ended. */
export class Running {
  stdout = '';
  stderr = '';
  #changed = () => undefined;

  constructor(command, args, { input, more = {} } = {}) {
    this.child = spawn(command, args, { env: { ...env, ...more } });
    for (const stream of ['stdout', 'stderr'])
      this.child[stream].setEncoding('utf8').on('data', (text) => {
        this[stream] += text;
        this.#changed();
      });
    // A tool that fails does not read its input to the end.
    this.child.stdin.on('error', () => undefined);
    if (input !== null) this.child.stdin.end(input);
    this.ended = new Promise((done, reject) => {
      this.child.once('error', reject).once('close', (code) => {
        done({ code, stdout: this.stdout, stderr: this.stderr });
        this.#changed();
      });
    });
  }

  /** Waits until it has printed such a text. @throws Error when it ends before */
  async said(pattern, stream = 'stdout') {
    for (;;) {
      const found = pattern.exec(this[stream]);
      if (found) return found;
      if (this.child.exitCode !== null || this.child.signalCode !== null)
        throw new Error(`ended with ${this.child.exitCode} and ${JSON.stringify(this.stdout + this.stderr)}`);
      await new Promise((done) => {
        this.#changed = done;
      });
    }
  }

  end(signal = 'SIGTERM') {
    this.child.kill(signal);
    return this.ended;
  }
}

/** Runs a tool to its end, however that is. */
export const run = (command, args, options) => new Running(command, args, options).ended;

/** Runs a tool. @returns what it printed @throws Error when it fails */
export async function output(command, args, options) {
  const { code, stdout, stderr } = await run(command, args, options);
  if (code !== 0) throw new Error(`${args.slice(0, 4).join(' ')} ended with ${code}: ${stderr || stdout}`);
  return stdout;
}

/** `get pods -l app=web` with arguments behind that have spaces. */
export const words = (text, more) => [...text.split(' '), ...more];

export const kubectlCommand = process.env.KUBECTL ?? 'kubectl';

/** Runs kubectl. @returns what it printed @throws Error when it fails */
export const kubectl = (text, ...more) => output(kubectlCommand, words(text, more));

/** Runs kubectl with a standard input. */
export const kubectlWith = (input, text, ...more) => output(kubectlCommand, words(text, more), { input });

/** Runs kubectl, which is to fail. @returns what it said @throws Error when it succeeds */
export async function kubectlFails(text, ...more) {
  const { code, stdout, stderr } = await run(kubectlCommand, words(text, more));
  if (code === 0) throw new Error(`${text} did not fail: ${stdout}`);
  return stderr;
}

/** Starts kubectl, whose input stays open. */
export const startKubectl = (text, ...more) => new Running(kubectlCommand, words(text, more), { input: null });
