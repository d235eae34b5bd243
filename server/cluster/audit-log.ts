/** The audit log: kube-apiserver's --audit-policy-file, --audit-log-path and --audit-webhook-config-file. */
import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import type { Random } from '../base/random.ts';
import type { Outbound } from '../kube/outbound.ts';
import { AuditIds } from '../pipeline/audit/audit-ids.ts';
import { Auditor } from '../pipeline/audit/auditor.ts';
import type { AuditWebhook, AuditWebhookOptions } from './audit-webhook.ts';

/** Whoever may read the log reads what requests and answers hold. */
const OWNER_ONLY = 0o600;
const STANDARD_OUTPUT = '-';

/** Which requests are told of, and where. */
export interface AuditOptions {
  readonly policyFile: string;
  /** `-` for standard output. */
  readonly logPath?: string;
  readonly webhook?: AuditWebhookOptions;
}

export interface AuditParts {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly outbound: Outbound;
  /** For pauses between calls to a webhook. */
  readonly realClock: Clock;
}

export interface AuditLog {
  readonly auditor: Auditor;
  /** Sends a webhook what it has not been told yet. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens an audit log. Events are written before the answer that they tell of is sent; webhooks are told later, unless
 * their mode says otherwise.
 *
 * @throws Error when a file cannot be used, naming it and the field that is wrong
 */
export async function openAuditLog(options: AuditOptions, parts: AuditParts): Promise<AuditLog> {
  const { policyFile, logPath } = options;
  // Few servers audit, and the reader of YAML is large.
  const { parseAuditPolicy } = await import('../pipeline/audit/audit-policy-file.ts');
  let text: string;
  try {
    text = readFileSync(policyFile, 'utf8');
  } catch (error) {
    throw new Error(`the audit policy cannot be read (--audit-policy-file): ${(error as Error).message}`);
  }
  const policy = parseAuditPolicy(text, policyFile);
  const webhook = options.webhook && (await webhookOf(options.webhook, parts));
  const file = logPath === undefined || logPath === STANDARD_OUTPUT ? undefined : opened(logPath);
  const write = (event: string): void => {
    const line = `{"kind":"Event","apiVersion":"audit.k8s.io/v1",${event.slice(1)}\n`;
    if (file === undefined) process.stdout.write(line);
    else writeSync(file, line);
  };
  const sink = (event: string): Promise<boolean> | undefined => {
    if (logPath !== undefined) write(event);
    return webhook?.take(event);
  };
  return {
    auditor: new Auditor(policy, sink, parts.clock, new AuditIds(parts.random)),
    flush: async () => webhook?.flush(),
    async close() {
      await webhook?.close();
      if (file !== undefined) closeSync(file);
    },
  };
}

async function webhookOf(
  { configFile, ...options }: AuditWebhookOptions,
  { clock, realClock, log, outbound }: AuditParts,
): Promise<AuditWebhook> {
  const [{ AuditWebhook, INITIAL_BACKOFF_MS }, { readRemoteServer }, { RemoteWebhook }] = await Promise.all([
    import('./audit-webhook.ts'),
    import('./kubeconfig-file.ts'),
    import('../kube/remote-server.ts'),
  ]);
  const firstPauseMs = options.initialBackoffMs ?? INITIAL_BACKOFF_MS;
  const server = readRemoteServer(configFile);
  const webhook = new RemoteWebhook({ server, outbound, clock: realClock, retries: 'all', firstPauseMs });
  return new AuditWebhook(options, { webhook, clock, log });
}

function opened(path: string): number {
  try {
    return openSync(path, 'a', OWNER_ONLY);
  } catch (error) {
    throw new Error(`the audit log cannot be written (--audit-log-path): ${(error as Error).message}`);
  }
}
