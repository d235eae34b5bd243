/** How programs in pods find and ask the API server: k8s.io/client-go/rest, InClusterConfig. */
import { SystemError } from '../machine/errno.ts';
import type { Process } from '../machine/process.ts';
import { fetchOnce, HostUnknown } from '../shell/programs/http.ts';
import { readAll } from '../shell/programs/input.ts';
import { HandshakeFailed, readText } from '../shell/programs/tls.ts';
import { goError, klog } from './go-program.ts';

/** Where the kubelet mounts what a pod needs to be known by the API server. */
const ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';
const TOKEN_FILE = `${ACCOUNT}/token`;
const CA_FILE = `${ACCOUNT}/ca.crt`;

/** The API server as a pod knows it. */
export interface InCluster {
  /** `https://10.96.0.1:443` */
  readonly server: string;
  /** PEM; '' trusts nobody. */
  readonly caBundle: string;
}

/** A request, and what it was answered with. */
export interface InClusterRequest {
  readonly method?: string;
  /** A whole URL, or a path of the API server. */
  readonly url: string;
  readonly body?: string;
  /** None for servers that are none of the cluster's. */
  readonly token?: string;
  readonly caBundle?: string;
  /** PEM of what is shown to the server. */
  readonly clientCertificate?: { readonly key: string; readonly cert: string };
  readonly timeoutMs?: number;
}

export interface InClusterAnswer {
  readonly status: number;
  readonly text: string;
}

/** Whatever keeps a program from asking, in Go's words. */
export class GoError extends Error {}

/** @throws GoError outside of a pod, or without a token */
export async function inCluster(process: Process): Promise<InCluster> {
  const [host, port] = ['KUBERNETES_SERVICE_HOST', 'KUBERNETES_SERVICE_PORT'].map((name) => process.env.get(name));
  if (!host || !port)
    throw new GoError(
      'unable to load in-cluster configuration, KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT must be defined',
    );
  await tokenOf(process);
  const server = `https://${host.includes(':') ? `[${host}]` : host}:${port}`;
  try {
    return { server, caBundle: await readText(process, CA_FILE) };
  } catch (error) {
    const text = `Expected to load root CA config from ${CA_FILE}, but got err: ${openFault(CA_FILE, error)}`;
    await klog(process, 'E', 'config.go:545', text);
    return { server, caBundle: '' };
  }
}

/** The token of the pod's account, as it is now: it is renewed. @throws GoError */
export async function tokenOf(process: Process): Promise<string> {
  try {
    return (await readText(process, TOKEN_FILE)).trim();
  } catch (error) {
    throw new GoError(openFault(TOKEN_FILE, error));
  }
}

/** `open /token: no such file or directory`. @throws what is none of the kernel's */
export function openFault(path: string, error: unknown): string {
  if (!(error instanceof SystemError)) throw error;
  return `open ${path}: ${goError(error.message)}`;
}

/** Asks, and reads the answer to its end. @throws GoError `Get "https://…": dial tcp …` */
export async function askInCluster(process: Process, request: InClusterRequest): Promise<InClusterAnswer> {
  const { method = 'GET', url, body, token, timeoutMs = Number.POSITIVE_INFINITY } = request;
  const { caBundle, clientCertificate } = request;
  const verb = `${method.charAt(0)}${method.slice(1).toLowerCase()}`;
  const failed = (why: string): GoError => new GoError(`${verb} "${url}": ${why}`);
  if (!URL.canParse(url)) throw failed('unsupported protocol scheme ""');
  const target = new URL(url);
  const headers: [string, string][] = [['User-Agent', 'Go-http-client/1.1']];
  if (token !== undefined) headers.push(['Authorization', `Bearer ${token}`]);
  if (body !== undefined)
    headers.push(['Content-Type', 'application/json'], ['Content-Length', String(Buffer.byteLength(body))]);
  try {
    const answer = await fetchOnce(process, {
      url: target,
      method,
      headers,
      body: body === undefined ? undefined : Buffer.from(body),
      connectMs: timeoutMs,
      totalMs: timeoutMs,
      ...(caBundle !== undefined && { tls: { caBundle, ...(clientCertificate && { clientCertificate }) } }),
    });
    try {
      return { status: answer.head.statusCode ?? 0, text: (await readAll(process, answer.body)).toString() };
    } finally {
      answer.body.release();
      answer.close();
    }
  } catch (error) {
    if (error instanceof HostUnknown) throw failed(`dial tcp: lookup ${target.hostname}: no such host`);
    if (error instanceof HandshakeFailed) throw failed(error.message);
    if (!(error instanceof SystemError)) throw error;
    const port = target.port || (target.protocol === 'https:' ? '443' : '80');
    if (error.code === 'ECONNRESET') throw failed('EOF');
    throw failed(`dial tcp ${target.hostname}:${port}: connect: ${goError(error.message)}`);
  }
}
