import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { webhookKubeconfig } from './access-server.ts';
import { bodyOf, listen } from './webhook-server.ts';

export interface AuditEvent {
  readonly stage: string;
  readonly verb: string;
  readonly requestURI: string;
  readonly [field: string]: unknown;
}

/** A server on loopback that is told of requests. */
export interface AuditServer extends AsyncDisposable {
  /** How calls are answered from now on: 200 by itself. */
  status: number;
  /** Every call, whatever it was answered. */
  readonly received: {
    readonly headers: IncomingMessage['headers'];
    readonly body: { readonly items: readonly AuditEvent[] } & Readonly<Record<string, unknown>>;
  }[];
  /** A kubeconfig that leads here. */
  readonly kubeconfig: string;
  /** A policy that wants to know the least of everything. */
  readonly policyFile: string;
}

export async function auditServer(): Promise<AuditServer> {
  const server: Pick<AuditServer, 'status' | 'received'> = { status: 200, received: [] };
  const listening = await listen((message, answer) => {
    void bodyOf(message).then((text) => {
      server.received.push({ headers: message.headers, body: JSON.parse(text) as AuditServer['received'][0]['body'] });
      answer.writeHead(server.status, { 'content-type': 'text/plain' });
      answer.end();
    });
  });
  const folder = mkdtempSync(join(tmpdir(), 'fauxkube-audit-webhook-'));
  const [kubeconfig, policyFile] = [join(folder, 'kubeconfig'), join(folder, 'policy.yaml')];
  writeFileSync(kubeconfig, webhookKubeconfig(`https://127.0.0.1:${listening.port}/`, listening.caBundle));
  writeFileSync(policyFile, 'apiVersion: audit.k8s.io/v1\nkind: Policy\nrules: [{level: Metadata}]\n');
  return Object.assign(server, {
    kubeconfig,
    policyFile,
    async [Symbol.asyncDispose]() {
      rmSync(folder, { recursive: true });
      await listening[Symbol.asyncDispose]();
    },
  });
}
