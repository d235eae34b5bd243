/** Probes that are asked of what answers for a pod: k8s.io/kubernetes/pkg/probe. */
import { Agent, request } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Frozen } from '../../../server/base/freeze.ts';
import type { RunningPod } from '../../../server/kube/node-connector.ts';
import { secureClient, TlsError } from '../../../server/kube/tls/secure-client.ts';
import type { HTTPGetAction, Pod, Probe } from '../../../server/kube/types.gen.ts';
import type { AnyContainer, ProbeAnswer } from './pod-runtime.ts';

type Answer = Omit<ProbeAnswer, 'holdsMs'>;

const HEALTHY: Answer = { isHealthy: true, output: '' };
const failed = (output: string): Answer => ({ isHealthy: false, output });

/** The number of a port that may be named after one of the container's. */
export function portNumber(port: number | string, { ports = [] }: AnyContainer): number | undefined {
  if (typeof port === 'number') return port;
  const named = ports.find(({ name }) => name === port)?.containerPort ?? Number(port);
  return named > 0 ? named : undefined;
}

/** Asks once. What listens on no port refuses. */
export async function askPod(
  running: RunningPod,
  pod: Frozen<Pod>,
  container: AnyContainer,
  { httpGet, tcpSocket, grpc }: Frozen<Probe>,
): Promise<Answer> {
  const host = pod.status.podIP ?? '';
  if (httpGet) return httpAnswer(running, host, container, httpGet);
  const port = tcpSocket ? portNumber(tcpSocket.port, container) : grpc?.port;
  if (port === undefined) return failed('invalid port number');
  const connection = await connect(running, port);
  connection?.destroy();
  if (connection) return HEALTHY;
  const refused = `dial tcp ${host}:${port}: connect: connection refused`;
  return failed(
    grpc
      ? `error: failed to connect service at "${host}:${port}": ${refused.replace('dial', 'connection error: dial')}`
      : refused,
  );
}

/** Whether a hook's request was answered; its status does not matter. */
export async function reachesPod(
  running: RunningPod,
  container: AnyContainer,
  get: Frozen<HTTPGetAction>,
): Promise<boolean> {
  const port = portNumber(get.port, container);
  const connection = port === undefined ? undefined : await connect(running, port);
  if (!connection) return false;
  const asked = get.scheme === 'HTTPS' ? await secured(connection, '') : connection;
  return !(asked instanceof TlsError) && (await statusOf(asked, get, '')) !== undefined;
}

/** Kubelets look at no certificate. */
async function secured(connection: Duplex, serverName: string): Promise<Duplex | TlsError> {
  try {
    return await secureClient(connection, { serverName, insecure: true }, () => 0);
  } catch (error) {
    if (error instanceof TlsError) return error;
    throw error;
  }
}

async function httpAnswer(
  running: RunningPod,
  podIP: string,
  container: AnyContainer,
  get: Frozen<HTTPGetAction>,
): Promise<Answer> {
  const port = portNumber(get.port, container);
  if (port === undefined) return failed(`invalid port number: ${get.port}`);
  const { scheme = 'HTTP', path = '/', host = podIP } = get;
  const url = `${scheme.toLowerCase()}://${host}:${port}${path.startsWith('/') ? path : `/${path}`}`;
  const connection = await connect(running, port);
  if (!connection) return failed(`Get "${url}": dial tcp ${host}:${port}: connect: connection refused`);
  const asked = scheme === 'HTTPS' ? await secured(connection, host) : connection;
  if (asked instanceof TlsError) return failed(`Get "${url}": ${asked.message}`);
  const status = await statusOf(asked, get, `${host}:${port}`);
  if (status === undefined) return failed(`Get "${url}": EOF`);
  return status >= 200 && status < 400 ? HEALTHY : failed(`HTTP probe failed with statuscode: ${status}`);
}

function statusOf(
  connection: Duplex,
  { path = '/', httpHeaders = [] }: Frozen<HTTPGetAction>,
  host: string,
): Promise<number | undefined> {
  const headers: Record<string, string> = { host, 'user-agent': 'kube-probe/1.37', accept: '*/*', connection: 'close' };
  for (const { name, value } of httpHeaders) if (name) headers[name.toLowerCase()] = value ?? '';
  return new Promise((resolve) => {
    const agent = new Agent({ keepAlive: false });
    agent.createConnection = () => connection;
    const asked = request({ agent, path: path.startsWith('/') ? path : `/${path}`, headers }, (response) => {
      response.resume();
      response.on('close', () => resolve(response.statusCode));
    });
    asked.on('error', () => resolve(undefined));
    asked.end();
  });
}

async function connect(running: RunningPod, port: number): Promise<Duplex | undefined> {
  try {
    return await running.dial(port);
  } catch {
    return undefined;
  }
}
