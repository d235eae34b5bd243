import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { bodyOf, fail, listen, type WebhookServer } from './webhook-server.ts';

/** The spec of a review, as far as tests look at it. */
export interface AskedSpec {
  readonly user?: string;
  readonly groups?: readonly string[];
  readonly resourceAttributes?: Readonly<Record<string, unknown>>;
  readonly nonResourceAttributes?: { readonly path?: string; readonly verb?: string };
}

/** What the webhook says to a question: the status of its review, or something that is none. */
export type Verdict =
  | { readonly allowed?: boolean; readonly denied?: boolean; readonly reason?: string }
  | { readonly page: { readonly status: number; readonly body: string } }
  | { readonly fault: 'close' | 'reset' };

export interface AccessServer extends AsyncDisposable, Pick<WebhookServer, 'port' | 'caBundle'> {
  /** How questions are answered from now on. */
  judge: (spec: AskedSpec) => Verdict;
  /** Reviews in the order in which they came. */
  readonly received: {
    readonly path: string;
    readonly headers: IncomingMessage['headers'];
    readonly body: { readonly spec: AskedSpec } & Readonly<Record<string, unknown>>;
  }[];
  /** A kubeconfig that leads here, with a token. */
  readonly kubeconfig: string;
}

/**
 * An authorization webhook on loopback; it allows nothing by itself.
 *
 * @example
 * await using webhook = await accessServer();
 * webhook.judge = ({ user }) => ({ allowed: user === 'jane' });
 */
export async function accessServer(): Promise<AccessServer> {
  const server: Pick<AccessServer, 'judge' | 'received'> = { judge: () => ({ allowed: false }), received: [] };
  const listening = await listen((message, answer) => void serve(message, answer, server));
  const folder = mkdtempSync(join(tmpdir(), 'fauxkube-webhook-'));
  const kubeconfig = join(folder, 'kubeconfig');
  writeFileSync(kubeconfig, webhookKubeconfig(`https://127.0.0.1:${listening.port}/authorize`, listening.caBundle));
  return Object.assign(server, listening, {
    kubeconfig,
    async [Symbol.asyncDispose]() {
      rmSync(folder, { recursive: true });
      await listening[Symbol.asyncDispose]();
    },
  });
}

/** The kubeconfig of a webhook that is called with the token `webhook-token`. */
export function webhookKubeconfig(server: string, caBundle: string): string {
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'webhook', cluster: { server, 'certificate-authority-data': caBundle } }],
    users: [{ name: 'fauxkube', user: { token: 'webhook-token' } }],
    contexts: [{ name: 'webhook', context: { cluster: 'webhook', user: 'fauxkube' } }],
    'current-context': 'webhook',
  });
}

async function serve(
  message: IncomingMessage,
  answer: ServerResponse,
  server: Pick<AccessServer, 'judge' | 'received'>,
): Promise<void> {
  const body = JSON.parse(await bodyOf(message)) as AccessServer['received'][number]['body'];
  server.received.push({ path: message.url ?? '', headers: message.headers, body });
  const verdict = server.judge(body.spec);
  if ('fault' in verdict) return fail(verdict.fault, answer);
  if ('page' in verdict) {
    answer.writeHead(verdict.page.status, { 'content-type': 'text/plain' });
    answer.end(verdict.page.body);
    return;
  }
  answer.writeHead(200, { 'content-type': 'application/json' });
  answer.end(JSON.stringify({ ...body, status: verdict }));
}
