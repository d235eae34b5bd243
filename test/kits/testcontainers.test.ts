import { existsSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ClusterProcess, startProcess } from '../../server/testing/process.ts';
import { type DescribedContainer, startContainer, type Testcontainers } from '../../server/testing/testcontainers.ts';
import { type CommandLine, commandLine } from '../support/command-line.ts';

let cli: CommandLine;
beforeAll(async () => {
  cli = await commandLine();
});
afterAll(() => cli[Symbol.asyncDispose]());

/** What an engine was asked for, and whether the container still runs. */
interface Engine {
  readonly asked: Record<string, unknown>;
  running: boolean;
  readonly testcontainers: Testcontainers;
}

/** There is no engine here: a process stands for the container, and its port for the one that an engine chooses. */
function engine(kubeconfigExit = 0): Engine {
  const made: Engine = { asked: {}, running: false, testcontainers: undefined as never };
  class GenericContainer implements DescribedContainer {
    constructor(image: string) {
      made.asked.image = image;
    }
    withCommand(command: string[]): this {
      made.asked.command = command;
      return this;
    }
    withEnvironment(environment: Record<string, string>): this {
      made.asked.environment = environment;
      return this;
    }
    withExposedPorts(port: number): this {
      made.asked.port = port;
      return this;
    }
    withStartupTimeout(timeoutMs: number): this {
      made.asked.timeoutMs = timeoutMs;
      return this;
    }
    withWaitStrategy(strategy: unknown): this {
      made.asked.waits = strategy;
      return this;
    }
    async start() {
      const [, ...args] = made.asked.command as string[];
      const flags = Object.fromEntries(args.map((arg) => arg.replace('--', '').split('=') as [string, string]));
      const server = await startProcess({ command: [process.execPath, cli.program], flags });
      made.running = true;
      return running(server);
    }
  }
  const running = (server: ClusterProcess) => ({
    getId: () => 'abc',
    getHost: () => 'localhost',
    getMappedPort: (port: number) => (port === 6443 ? Number(new URL(server.url).port) : 0),
    exec: async (command: string[]) => {
      made.asked.exec = command;
      const stdout = server.kubeconfig.replace(server.url, 'https://127.0.0.1:6443');
      return { exitCode: kubeconfigExit, stdout, output: 'no such file\n' };
    },
    stop: async () => {
      made.running = false;
      await server.stop();
    },
  });
  const testcontainers: Testcontainers = {
    GenericContainer,
    Wait: { forLogMessage: (message) => ({ log: message.source }) },
    getContainerRuntimeClient: async () => ({ info: { containerRuntime: { host: 'localhost' } } }),
  };
  return Object.assign(made, { testcontainers });
}

test('a cluster in a container is asked by the port that the engine chose', async () => {
  const { testcontainers, ...made } = engine();
  const server = await startContainer({
    image: 'fauxkube:0.1.0',
    flags: { nodes: 3, strict: false },
    environment: { FAUXKUBE_LOG: 'debug' },
    testcontainers,
  });
  expect(made.asked).toEqual({
    image: 'fauxkube:0.1.0',
    command: ['start', '--tls-san=localhost', '--nodes=3'],
    environment: { FAUXKUBE_LOG: 'debug' },
    port: 6443,
    timeoutMs: 60_000,
    waits: { log: 'fauxkube is ready' },
    exec: ['cat', '/kubeconfigs/host'],
  });
  expect(server.url).toMatch(/^https:\/\/localhost:\d+$/);
  expect(await server.client.list('nodes')).toHaveLength(3);
  expect(server.kubeconfig).toContain(`server: ${server.url}\n`);
  expect(readFileSync(server.kubeconfigPath, 'utf8')).toBe(server.kubeconfig);
  await server.stop();
  await server.stop();
  expect(existsSync(server.kubeconfigPath)).toBe(false);
  await expect(server.client.list('nodes')).rejects.toThrow();
});

test('a container whose kubeconfig cannot be read is stopped', async () => {
  const made = engine(1);
  await expect(startContainer({ image: 'other:1', testcontainers: made.testcontainers })).rejects.toThrow(
    'the container has no kubeconfig /kubeconfigs/host: no such file',
  );
  expect(made.asked.exec).toBeDefined();
  expect(made.running).toBe(false);
});

test('without the package it says what it needs', async () => {
  await expect(startContainer({ image: 'fauxkube:0.1.0' })).rejects.toThrow(
    /^fauxkube\/testcontainers needs the package testcontainers, 11 or later: .*testcontainers/,
  );
});
