/** Probes that are asked of what answers for a pod: k8s.io/kubernetes/pkg/probe. */
import { Agent, request } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Frozen } from '../../../server/base/freeze.ts';
import type { RunningPod } from '../../../server/kube/node-connector.ts';
import { secureClient, TlsError } from '../../../server/kube/tls/secure-client.ts';
import type { HTTPGetAction, Pod, Probe } from '../../../server/kube/types.gen.ts';
import { goSeconds } from '../back-off.ts';
import { askHealth, codeName } from './grpc/ask-health.ts';
import { GRPC_CODES } from './grpc/health-messages.ts';
import type { AnyContainer, PodSandbox, ProbeAnswer } from './pod-runtime.ts';
import { hostPort, portNumber, probedPort, urlOf } from './probe-target.ts';

type Answer = Omit<ProbeAnswer, 'holdsMs'>;

const HEALTHY: Answer = { isHealthy: true, output: '' };
const failed = (output: string): Answer => ({ isHealthy: false, output });

/** A pod that is asked: on the cluster's clock nobody waits longer than the probe says. */
export type Asked = Pick<PodSandbox, 'dial' | 'clock'>;
type Dialing = Pick<RunningPod, 'dial'>;

/** Asks once. What listens on no port refuses. */
export async function askPod(
  running: Asked,
  pod: Frozen<Pod>,
  container: AnyContainer,
  probe: Frozen<Probe>,
): Promise<Answer> {
  const { httpGet, grpc, timeoutSeconds = 1 } = probe;
  const host = pod.status.podIP ?? '';
  const port = probedPort(probe, container);
  if (typeof port !== 'number') return { ...failed(port ?? 'a command is asked of no port'), errored: true };
  const opened: Duplex[] = [];
  const dialing: Dialing = {
    async dial(port) {
      const connection = await running.dial(port);
      opened.push(connection);
      return connection;
    },
  };
  const ask = async (): Promise<Answer> => {
    if (httpGet) return httpAnswer(dialing, host, port, httpGet);
    if (grpc) return grpcAnswer(dialing, host, grpc, timeoutSeconds);
    const connection = await connect(dialing, port);
    connection?.destroy();
    return connection ? HEALTHY : failed(refused(hostPort(host, port)));
  };
  let cancel = (): void => undefined;
  const late = new Promise<Answer>((resolve) => {
    cancel = running.clock.schedule(timeoutSeconds * 1000, () => resolve(failed(lateText(probe, host, port))));
  });
  try {
    return await Promise.race([ask(), late]);
  } finally {
    cancel();
    for (const connection of opened) connection.destroy();
  }
}

const refused = (address: string): string => `dial tcp ${address}: connect: connection refused`;

/** What a kubelet says of one that took too long to answer. */
function lateText({ httpGet, tcpSocket, timeoutSeconds = 1 }: Frozen<Probe>, host: string, port: number): string {
  if (tcpSocket) return `dial tcp ${hostPort(host, port)}: i/o timeout`;
  if (!httpGet) return `timeout: health rpc did not complete within ${goSeconds(timeoutSeconds * 1000)}`;
  const url = urlOf(httpGet, host, port);
  return `Get "${url}": context deadline exceeded (Client.Timeout exceeded while awaiting headers)`;
}

/** Whoever refuses is asked again until the time is over. */
async function grpcAnswer(
  dialing: Dialing,
  host: string,
  { port, service }: NonNullable<Frozen<Probe>['grpc']>,
  timeoutSeconds: number,
): Promise<Answer> {
  const address = hostPort(host, port);
  const connection = await connect(dialing, port);
  const answer = connection && (await askHealth(connection, address, service ?? ''));
  if (!answer) {
    const time = goSeconds(timeoutSeconds * 1000);
    return failed(`timeout: failed to connect service "${address}" within ${time}: context deadline exceeded`);
  }
  if ('status' in answer)
    return answer.status === 'SERVING' ? HEALTHY : failed(`service unhealthy (responded with "${answer.status}")`);
  if (answer.code === GRPC_CODES.unimplemented)
    return failed(
      `error: this server does not implement the grpc health protocol (grpc.health.v1.Health): ${answer.message}`,
    );
  const text = `rpc error: code = ${codeName(answer.code)} desc = ${answer.message}`;
  return failed(`error: health rpc probe failed: ${text}`);
}

/** Whether a hook's request was answered; its status does not matter. */
export async function reachesPod(
  running: Dialing,
  container: AnyContainer,
  get: Frozen<HTTPGetAction>,
): Promise<boolean> {
  const port = portNumber(get.port, container);
  const connection = typeof port === 'string' ? undefined : await connect(running, port);
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

async function httpAnswer(running: Dialing, podIP: string, port: number, get: Frozen<HTTPGetAction>): Promise<Answer> {
  const { scheme = 'HTTP', host = podIP } = get;
  const url = urlOf(get, podIP, port);
  const connection = await connect(running, port);
  if (!connection) return failed(`Get "${url}": ${refused(hostPort(host, port))}`);
  const asked = scheme === 'HTTPS' ? await secured(connection, host) : connection;
  if (asked instanceof TlsError) return failed(`Get "${url}": ${asked.message}`);
  const status = await statusOf(asked, get, hostPort(host, port));
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

async function connect(running: Dialing, port: number): Promise<Duplex | undefined> {
  try {
    return await running.dial(port);
  } catch {
    return undefined;
  }
}
