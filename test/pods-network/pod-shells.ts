import { WebSocket } from 'ws';
import { type RunningCluster, startCluster } from '../../server/index.ts';
import type { StartOptions } from '../../server/start-options.ts';
import { readKubeconfig } from '../support/ask.ts';

/** What a script left that was executed in a pod. */
export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

interface ExecStatus {
  readonly status: string;
  readonly message?: string;
  readonly details?: { readonly causes?: readonly { readonly reason: string; readonly message: string }[] };
}

/** A cluster with pods that tests look at the network from. */
export class PodShells implements AsyncDisposable {
  readonly cluster: RunningCluster;

  private constructor(cluster: RunningCluster) {
    this.cluster = cluster;
  }

  static async open(manifests: readonly string[], options: StartOptions = {}): Promise<PodShells> {
    const shells = new PodShells(await startCluster({ logLevel: 'error', seed: 1, ...options }));
    await shells.apply(...manifests);
    return shells;
  }

  async apply(...manifests: readonly string[]): Promise<void> {
    await this.cluster.apply(...manifests);
    await this.cluster.settle();
  }

  /** A field of an object, such as `status.podIP`. */
  async field(resource: string, name: string, path: string, namespace = 'default'): Promise<string> {
    let value: unknown = await this.cluster.transport().send({ verb: 'get', resource, key: { namespace, name } });
    for (const part of path.split('.')) value = (value as Record<string, unknown>)[part];
    return String(value);
  }

  podIP(name: string, namespace?: string): Promise<string> {
    return this.field('v1/pods', name, 'status.podIP', namespace);
  }

  clusterIP(name: string, namespace?: string): Promise<string> {
    return this.field('v1/services', name, 'spec.clusterIP', namespace);
  }

  async delete(resource: string, name: string, namespace = 'default'): Promise<void> {
    await this.cluster.transport().send({ verb: 'delete', resource, key: { namespace, name } });
    await this.cluster.settle();
  }

  /** Executes a script in a pod, as `kubectl exec` does. @param pod `NAME` or `NAMESPACE/NAME` */
  run(pod: string, script: string): Promise<Ran> {
    return this.execute(pod, ['sh', '-c', script]);
  }

  /** The same with a command. @throws Error in the server's words when it cannot start */
  execute(pod: string, command: readonly string[]): Promise<Ran> {
    const [name = '', namespace = 'default'] = pod.split('/').reverse();
    const { server, ca, cert, key } = readKubeconfig(this.cluster.kubeconfig());
    const query = new URLSearchParams({ stdout: 'true', stderr: 'true' });
    for (const word of command) query.append('command', word);
    const path = `/api/v1/namespaces/${namespace}/pods/${name}/exec?${query.toString()}`;
    const socket = new WebSocket(server.replace('https:', 'wss:') + path, 'v4.channel.k8s.io', { ca, cert, key });
    const texts = ['', '', '', ''];
    socket.on('message', (data: Buffer) => {
      const [channel = 0] = data;
      texts[channel] += data.subarray(1).toString();
    });
    return new Promise((resolve, reject) => {
      socket.on('error', reject);
      socket.on('close', () => {
        const [, stdout = '', stderr = '', status = ''] = texts;
        const { details, ...said } = JSON.parse(status) as ExecStatus;
        const cause = details?.causes?.find(({ reason }) => reason === 'ExitCode');
        if (said.status !== 'Success' && !cause) reject(new Error(said.message));
        else resolve({ code: Number(cause?.message ?? 0), stdout, stderr });
      });
    });
  }

  /** The name of the pod that answers a URL, for those that answer with the echo page; else what curl complains of. */
  async answers(pod: string, url: string, timeoutSeconds = 5): Promise<string> {
    const { stdout, stderr } = await this.run(pod, `curl -sS -m ${timeoutSeconds} ${url}`);
    if (stdout === '') return stderr.replace(/\d+ (?:ms|milliseconds)/, 'N ms').trim();
    return (JSON.parse(stdout) as { pod: { name: string } }).pod.name;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.cluster.stop();
  }
}

/** What `answers` says when packets are dropped. */
export const DROPPED = 'curl: (28) Connection timed out after N ms';

/** What it says when nobody listens. */
export const refused = (host: string, port = 80): string =>
  `curl: (7) Failed to connect to ${host} port ${port} after N ms: Couldn't connect to server`;

/** A pod that answers with the echo page at its ports, labelled `app: NAME`. @param more of its metadata and spec */
export function server(
  name: string,
  { namespace = 'default', labels = '', spec = '', ports = '{name: http, containerPort: 8080}' } = {},
): string {
  return `{apiVersion: v1, kind: Pod, metadata: {name: ${name}, namespace: ${namespace}, labels: {app: ${name}${
    labels && `, ${labels}`
  }}}, spec: {${spec && `${spec}, `}containers: [{name: c, image: example/app, ports: [${ports}]}]}}`;
}

/** A pod that only looks at the network. */
export function client(name: string, { namespace = 'default', labels = '', spec = '' } = {}): string {
  return `{apiVersion: v1, kind: Pod, metadata: {name: ${name}, namespace: ${namespace}, labels: {${
    labels || `app: ${name}`
  }}}, spec: {${spec && `${spec}, `}containers: [{name: c, image: busybox, command: [sleep, infinity]}]}}`;
}

/** @param spec without selector */
export function service(name: string, app: string, spec: string, namespace = 'default'): string {
  const metadata = `{name: ${name}, namespace: ${namespace}}`;
  return `{apiVersion: v1, kind: Service, metadata: ${metadata}, spec: {selector: {app: ${app}}, ${spec}}}`;
}

/** An alias. */
export function externalName(name: string, target: string): string {
  const spec = `{type: ExternalName, externalName: ${target}}`;
  return `{apiVersion: v1, kind: Service, metadata: {name: ${name}}, spec: ${spec}}`;
}

export const namespace = (name: string, labels = ''): string =>
  `{apiVersion: v1, kind: Namespace, metadata: {name: ${name}, labels: {${labels}}}}`;

export function policy(name: string, spec: string): string {
  const metadata = `{name: ${name}, namespace: default}`;
  return `{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: ${metadata}, spec: {${spec}}}`;
}
