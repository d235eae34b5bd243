import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { parse, stringify } from 'yaml';
import { CommandLine } from '../../support/command-line.ts';
import type { Program } from './program.ts';

/** Who a program is: an administrator of the cluster, or a user of a namespace in a virtual cluster. */
export const SCOPES = ['cluster', 'namespace'] as const;
export type Scope = (typeof SCOPES)[number];

const CLI = 'dist/cli.js';
/** The service account that is the user of the namespace. */
const USER = 'tester';

interface Kubeconfig {
  readonly contexts: { readonly context: { namespace?: string } }[];
  readonly users: { user: Record<string, unknown> }[];
}

/** A server for one program, as `npm start` starts it. */
export class Surroundings implements AsyncDisposable {
  readonly #commands: CommandLine;
  readonly #program: Program;
  readonly #kubectl: string;
  readonly namespace: string;

  private constructor(commands: CommandLine, program: Program, kubectl: string) {
    this.#commands = commands;
    this.#program = program;
    this.#kubectl = kubectl;
    this.namespace = program.name.replaceAll(/[^a-z0-9]+/g, '-');
  }

  /** @throws Error when the server does not start */
  static async start(program: Program, kubectl: string): Promise<Surroundings> {
    const folder = mkdtempSync(join(tmpdir(), 'fauxkube-clients-'));
    const commands = new CommandLine(folder, resolve(CLI));
    await commands.start(program.flags ?? []);
    return new Surroundings(commands, program, kubectl);
  }

  async #run(kubeconfig: string, args: readonly string[]): Promise<string> {
    const { stdout } = await promisify(execFile)(this.#kubectl, ['--kubeconfig', kubeconfig, ...args]);
    return stdout;
  }

  /** A kubeconfig like another, with the namespace in its context and, if given, another user. */
  #kubeconfig(like: string, name: string, user?: Record<string, unknown>): string {
    const config = parse(readFileSync(like, 'utf8')) as Kubeconfig;
    for (const { context } of config.contexts) context.namespace = this.namespace;
    if (user) for (const entry of config.users) entry.user = user;
    const file = this.#commands.file(name);
    writeFileSync(file, stringify(config), { mode: 0o600 });
    return file;
  }

  async #virtualCluster(): Promise<string> {
    const env = { KUBECONFIG: this.#commands.file('.fauxkube/kubeconfig') };
    const { code, stdout, stderr } = await this.#commands.run(['clusters', 'create', 'tenant'], env);
    if (code !== 0) throw new Error(`clusters create: ${stderr}`);
    const file = this.#commands.file('tenant.kubeconfig');
    writeFileSync(file, stdout, { mode: 0o600 });
    return file;
  }

  /** The namespace, and what an administrator does there before the program may run. */
  async #prepare(admin: string): Promise<void> {
    await this.#run(admin, ['create', 'namespace', this.namespace]);
    const { folder, needs } = this.#program;
    if (needs === undefined) return;
    const manifest = readFileSync(join(folder, needs), 'utf8').replaceAll(`\${NAMESPACE}`, this.namespace);
    const file = this.#commands.file('needs.yaml');
    writeFileSync(file, manifest);
    await this.#run(admin, ['apply', '-f', file]);
    if (/^kind: CustomResourceDefinition$/m.test(manifest))
      await this.#run(admin, ['wait', '--for=condition=Established', 'crd', '--all', '--timeout=10s']);
  }

  /** Prepares a cluster for the program. @returns the file of the kubeconfig that it is told */
  async kubeconfig(scope: Scope): Promise<string> {
    const admin = scope === 'cluster' ? this.#commands.file('.fauxkube/kubeconfig') : await this.#virtualCluster();
    await this.#prepare(admin);
    if (scope === 'cluster') return this.#kubeconfig(admin, 'admin.kubeconfig');
    const inNamespace = ['--namespace', this.namespace];
    await this.#run(admin, ['create', 'serviceaccount', USER, ...inNamespace]);
    const subject = `--serviceaccount=${this.namespace}:${USER}`;
    await this.#run(admin, ['create', 'rolebinding', USER, '--clusterrole=admin', subject, ...inNamespace]);
    const token = (await this.#run(admin, ['create', 'token', USER, ...inNamespace])).trim();
    return this.#kubeconfig(admin, 'user.kubeconfig', { token });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#commands.endAll();
    rmSync(this.#commands.folder, { recursive: true, force: true });
  }
}
