/** Where one cluster listens: HTTPS, and the ports without TLS that somebody asked for. */
import { answerAdmin, isAdminRequest } from './admin/routes.ts';
import type { AdminTarget } from './admin/target.ts';
import type { Clock } from './base/clock.ts';
import type { Logger } from './base/log.ts';
import { seededRandom, systemRandom } from './base/random.ts';
import type { Assembly } from './cluster/assembly.ts';
import type { Cluster } from './cluster/cluster.ts';
import { type OpenPort, type PlainServers, startPlainServers } from './http/plain-servers.ts';
import { type HttpServer, startHttpServer } from './http/server.ts';
import { AuditIds } from './pipeline/audit/audit-ids.ts';
import type { ApiRequest, ApiResponse } from './pipeline/request.ts';
import type { StartOptions } from './start-options.ts';

export interface Servers {
  readonly https: HttpServer;
  readonly plain: PlainServers;
}

export interface ListeningParts {
  readonly clock: Clock;
  readonly log: Logger;
  readonly admin: () => AdminTarget;
  /** Other clusters, which requests may be for. */
  readonly clusters: { answer(request: ApiRequest): Promise<ApiResponse> | undefined };
}

/** Answers a request that has found its cluster. */
export function answerIn(request: ApiRequest, cluster: Cluster, admin: () => AdminTarget): Promise<ApiResponse> {
  return isAdminRequest(request) ? answerAdmin(request, admin()) : cluster.pipeline.handle(request);
}

/** @throws Error when a port is in use */
export async function listen(
  options: StartOptions,
  { cluster, pki }: Assembly,
  { clock, log, admin, clusters }: ListeningParts,
): Promise<Servers> {
  const { host = '127.0.0.1', port = 0, insecureBind = [], corsOrigins = [], workers = 0 } = options;
  const answer = (request: ApiRequest): Promise<ApiResponse> =>
    clusters.answer(request) ?? answerIn(request, cluster, admin);
  const now = (): number => clock.now();
  const onFault = (err: unknown, { method, path }: ApiRequest): void =>
    log.error({ err, method, path }, 'an answer could not be sent');
  // A sequence of its own: how many requests came must not change the names and uids of a seed.
  const { seed } = options;
  const auditIds = new AuditIds(seed === undefined ? systemRandom() : seededRandom(seed));
  // Without TLS nobody but this machine gets in, unless the user says so for the very port.
  const plainHost = (name: OpenPort): string => (insecureBind.includes(name) ? host : '127.0.0.1');
  const { clientCa: proxyCa } = options.authentication?.frontProxy ?? {};
  const clientCa = proxyCa === undefined ? pki.ca.cert : [pki.ca.cert, proxyCa];
  const tls = { key: pki.serving.key, cert: pki.serving.cert, clientCa };
  const serving = { corsOrigins, answer, now, auditIds, onFault };
  const onWorkerEnd = (err: Error): void => log.error({ err }, 'a worker ended, and another one takes its place');
  const https = await startHttpServer({ host, port, tls, workers, onWorkerEnd, ...serving });
  try {
    const { traffic, dns, ingress } = cluster;
    const parts = { serving, traffic, dns, ingress, random: systemRandom(), certificate: pki.serving };
    return { https, plain: await startPlainServers(options, plainHost, parts) };
  } catch (error) {
    await https.close();
    throw error;
  }
}
