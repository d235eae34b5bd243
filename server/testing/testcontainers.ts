/** `fauxkube/testcontainers`: a cluster in a container, by the package `testcontainers`, which is the caller's own. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from './client.ts';
import { argumentsOf, type Flags } from './flags.ts';
import type { ClusterProcess } from './process.ts';

/** What is used of a container that runs. */
export interface StartedContainer {
  getId(): string;
  getHost(): string;
  getMappedPort(port: number): number;
  exec(command: string[]): Promise<{ readonly exitCode: number; readonly stdout: string; readonly output: string }>;
  stop(): Promise<unknown>;
}

/** What is used of a container that is described. */
export interface DescribedContainer {
  withCommand(command: string[]): this;
  withEnvironment(environment: Record<string, string>): this;
  withExposedPorts(port: number): this;
  withStartupTimeout(timeoutMs: number): this;
  withWaitStrategy(strategy: unknown): this;
  start(): Promise<StartedContainer>;
}

/** What is used of the package `testcontainers`. */
export interface Testcontainers {
  readonly GenericContainer: new (image: string) => DescribedContainer;
  readonly Wait: { forLogMessage(message: RegExp): unknown };
  readonly getContainerRuntimeClient: () => Promise<{
    readonly info: { readonly containerRuntime: { readonly host: string } };
  }>;
}

/** How a cluster is started in a container. */
export interface ContainerOptions {
  /** The image that fauxkube's `Dockerfile` makes: `fauxkube:0.1.0`. */
  readonly image: string;
  /** Flags of `fauxkube start`; files that they name are those of the container. */
  readonly flags?: Flags;
  /** Variables of the container, besides those of the image. */
  readonly environment?: Readonly<Record<string, string>>;
  /** How long it may take to be ready; a minute unless given. */
  readonly timeoutMs?: number;
  /** The package; loaded unless given. jest, which runs scripts, wants `require('testcontainers')` here. */
  readonly testcontainers?: Testcontainers;
}

/** A cluster in a container: what {@link ClusterProcess} is, with a container in the place of the process. */
export interface ClusterContainer extends Omit<ClusterProcess, 'pid'> {
  readonly container: StartedContainer;
}

const PACKAGE: string = 'testcontainers';
const START_MS = 60_000;
/** Those of the `Dockerfile`. */
const PORT = 6443;
const KUBECONFIG = '/kubeconfigs/host';
/** It is said when `/readyz` is ok and the kubeconfig is written, which the former alone does not tell. */
const READY = /fauxkube is ready/;

async function loadPackage(): Promise<Testcontainers> {
  try {
    // Not a literal: the package is not there when this one is built.
    return (await import(PACKAGE)) as Testcontainers;
  } catch (error) {
    const { message } = error as Error;
    throw new Error(`fauxkube/testcontainers needs the package testcontainers, 11 or later: ${message}`, {
      cause: error,
    });
  }
}

/**
 * Starts a cluster in a container, and resolves when it is ready.
 *
 * @throws Error when there is no package `testcontainers`, or what that says when the container does not become ready
 * @example
 * await using server = await startContainer({ image: 'fauxkube:0.1.0', flags: { nodes: 3 } });
 * await server.client.settle();
 */
export async function startContainer({
  image,
  flags = {},
  environment = {},
  timeoutMs = START_MS,
  testcontainers,
}: ContainerOptions): Promise<ClusterContainer> {
  const { GenericContainer, Wait, getContainerRuntimeClient } = testcontainers ?? (await loadPackage());
  // The certificate has to be good for the name by which the engine's host is asked.
  const { host } = (await getContainerRuntimeClient()).info.containerRuntime;
  const container = await new GenericContainer(image)
    .withCommand(['start', `--tls-san=${host}`, ...argumentsOf(flags)])
    .withEnvironment({ ...environment })
    .withExposedPorts(PORT)
    .withStartupTimeout(timeoutMs)
    .withWaitStrategy(Wait.forLogMessage(READY))
    .start();
  try {
    return await clusterOf(container);
  } catch (error) {
    await container.stop();
    throw error;
  }
}

async function clusterOf(container: StartedContainer): Promise<ClusterContainer> {
  const { exitCode, stdout, output } = await container.exec(['cat', KUBECONFIG]);
  if (exitCode !== 0) throw new Error(`the container has no kubeconfig ${KUBECONFIG}: ${output.trim()}`);
  const host = container.getHost();
  const url = `https://${host.includes(':') ? `[${host}]` : host}:${container.getMappedPort(PORT)}`;
  // What the container wrote is for whoever is in it.
  const kubeconfig = stdout.replace(/^( *server: ).*$/gm, `$1${url}`);
  const client = connect(kubeconfig);
  try {
    await client.send('GET', '/readyz');
    const folder = await mkdtemp(join(tmpdir(), 'fauxkube-'));
    const kubeconfigPath = join(folder, 'kubeconfig');
    let stopped: Promise<void> | undefined;
    const stop = (): Promise<void> => {
      client.close();
      stopped ??= Promise.all([container.stop(), rm(folder, { recursive: true, force: true })]).then(() => undefined);
      return stopped;
    };
    await writeFile(kubeconfigPath, kubeconfig, { mode: 0o600 });
    return { url, kubeconfig, kubeconfigPath, client, container, stop, [Symbol.asyncDispose]: stop };
  } catch (error) {
    client.close();
    throw error;
  }
}
