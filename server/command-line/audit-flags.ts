/** Flags of `fauxkube start` that say which requests are told of, and where: kube-apiserver's, and the journal's. */
import type { Option } from 'commander';
import type { AuditWebhookMode, AuditWebhookOptions } from '../cluster/audit-webhook.ts';
import { JOURNAL_LEVELS, type JournalLevel } from '../cluster/journal/journal.ts';
import type { StartOptions } from '../start-options.ts';
import { durationMs } from './durations.ts';

export interface AuditFlags {
  readonly auditPolicyFile?: string;
  readonly auditLogPath?: string;
  readonly auditWebhookConfigFile?: string;
  readonly auditWebhookMode?: AuditWebhookMode;
  readonly auditWebhookInitialBackoff?: number;
  readonly auditWebhookBatchMaxSize?: number;
  readonly auditWebhookBatchMaxWait?: number;
  readonly auditWebhookBatchBufferSize?: number;
  readonly journalLevel?: JournalLevel;
}

type Parse = (text: string) => number;

/** @param flag makes an option that is an environment variable too; @param count reads whole numbers from 1 on */
export function auditFlags(flag: (flags: string, description: string) => Option, count: Parse): Option[] {
  return [
    flag('--audit-policy-file <file>', 'which requests are told of, and how much (audit.k8s.io/v1 Policy)'),
    flag('--audit-log-path <file>', 'where they are told of, a line of JSON each; - for standard output'),
    flag('--audit-webhook-config-file <file>', 'kubeconfig of a server that is told of them, in EventLists'),
    flag('--audit-webhook-mode <mode>', 'whether requests wait for it: batch unless given').choices([
      'batch',
      'blocking',
      'blocking-strict',
    ]),
    flag('--audit-webhook-initial-backoff <duration>', 'before it is called again: 10s unless given').argParser(
      durationMs,
    ),
    flag('--audit-webhook-batch-max-size <count>', 'events in one call: 400 unless given').argParser(count),
    flag('--audit-webhook-batch-max-wait <duration>', 'how long an event waits for others: 30s unless given').argParser(
      durationMs,
    ),
    flag('--audit-webhook-batch-buffer-size <count>', 'events that wait at most: 10000 unless given').argParser(count),
    flag('--journal-level <level>', 'how much the journal of requests keeps: metadata unless given').choices([
      ...JOURNAL_LEVELS,
    ]),
  ];
}

/** What the flags say, for `startCluster()`. */
export function auditOptionsOf(
  flags: AuditFlags,
): Pick<StartOptions, 'auditPolicyFile' | 'auditLogPath' | 'auditWebhook' | 'journalLevel'> {
  const { auditPolicyFile, auditLogPath, journalLevel } = flags;
  const auditWebhook = webhookOf(flags);
  return {
    ...(auditPolicyFile !== undefined && { auditPolicyFile }),
    ...(auditLogPath !== undefined && { auditLogPath }),
    ...(auditWebhook && { auditWebhook }),
    ...(journalLevel !== undefined && { journalLevel }),
  };
}

function webhookOf(flags: AuditFlags): AuditWebhookOptions | undefined {
  const {
    auditWebhookConfigFile: configFile,
    auditWebhookMode: mode,
    auditWebhookInitialBackoff: initialBackoffMs,
    auditWebhookBatchMaxSize: batchMaxSize,
    auditWebhookBatchMaxWait: batchMaxWaitMs,
    auditWebhookBatchBufferSize: batchBufferSize,
  } = flags;
  if (configFile === undefined) return undefined;
  return {
    configFile,
    ...(mode !== undefined && { mode }),
    ...(initialBackoffMs !== undefined && { initialBackoffMs }),
    ...(batchMaxSize !== undefined && { batchMaxSize }),
    ...(batchMaxWaitMs !== undefined && { batchMaxWaitMs }),
    ...(batchBufferSize !== undefined && { batchBufferSize }),
  };
}
