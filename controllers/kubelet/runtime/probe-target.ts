/** Where probes and hooks go: ResolveContainerPort and formatURL of k8s.io/kubernetes/pkg/probe. */
import type { Frozen } from '../../../server/base/freeze.ts';
import type { HTTPGetAction, Probe } from '../../../server/kube/types.gen.ts';
import type { AnyContainer } from './pod-runtime.ts';

const HIGHEST_PORT = 65_535;

/**
 * The number of a port that may be named after one of the container's.
 *
 * @returns what is wrong with it, in upstream's words
 */
export function portNumber(port: number | string, { ports = [] }: AnyContainer): number | string {
  const number = typeof port === 'number' ? port : ports.find(({ name }) => name === port)?.containerPort;
  if (number === undefined) return `port "${port}" not found`;
  return number > 0 && number <= HIGHEST_PORT ? number : `invalid port number: ${number}`;
}

/** The port that a probe asks, or what is wrong with it. Commands ask none. */
export function probedPort(
  { httpGet, tcpSocket, grpc }: Frozen<Probe>,
  container: AnyContainer,
): number | string | undefined {
  const port = httpGet?.port ?? tcpSocket?.port;
  return port === undefined ? grpc?.port : portNumber(port, container);
}

/** `10.244.1.2:80`, or `[fd00::2]:80`. */
export function hostPort(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** What a request asks for. */
export function urlOf(get: Frozen<HTTPGetAction>, podIP: string, port: number): string {
  const { scheme = 'HTTP', path = '/', host = podIP } = get;
  return `${scheme.toLowerCase()}://${hostPort(host, port)}${path.startsWith('/') ? path : `/${path}`}`;
}
