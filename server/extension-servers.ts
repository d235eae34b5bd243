/** API servers that programs in pods run: a pipeline with their kinds, behind HTTPS without a socket of the host. */
import type { Clock } from './base/clock.ts';
import type { Logger } from './base/log.ts';
import type { Random } from './base/random.ts';
import { extensionApi } from './cluster/extension/extension-api.ts';
import { openHttpServer } from './http/server.ts';
import type { ExtensionOptions, ExtensionServer } from './kube/extension-server.ts';
import { AuditIds } from './pipeline/audit/audit-ids.ts';

export interface ExtensionServerParts {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
}

/** @throws Error for certificates that cannot be read */
export async function openExtensionServer(
  options: ExtensionOptions,
  parts: ExtensionServerParts,
): Promise<ExtensionServer> {
  const { clients, tls } = options;
  const { clock, random, log } = parts;
  const pipeline = extensionApi(options, parts);
  return openHttpServer({
    tls: { ...tls, clientCa: [clients.clientCa, clients.frontProxy.clientCa] },
    answer: (request) => pipeline.handle(request),
    now: () => clock.now(),
    auditIds: new AuditIds(random.of('requests')),
    onFault: (err, { method, path }) => log.error({ err, method, path }, 'an answer of a pod could not be sent'),
  });
}
