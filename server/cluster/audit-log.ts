/** The audit log: kube-apiserver's --audit-policy-file and --audit-log-path. */
import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import type { Clock } from '../base/clock.ts';
import type { Random } from '../base/random.ts';
import { auditIds } from '../pipeline/audit/audit-ids.ts';
import { Auditor } from '../pipeline/audit/auditor.ts';

/** Whoever may read the log reads what requests and answers hold. */
const OWNER_ONLY = 0o600;
const STANDARD_OUTPUT = '-';

export interface AuditLogOptions {
  readonly policyFile: string;
  /** `-` for standard output. */
  readonly logPath: string;
  readonly clock: Clock;
  readonly random: Random;
}

export interface AuditLog {
  readonly auditor: Auditor;
  close(): void;
}

/**
 * Opens an audit log. Events are written before the answer that they tell of is sent.
 *
 * @throws Error when a file cannot be used, naming it and the field that is wrong
 */
export async function openAuditLog({ policyFile, logPath, clock, random }: AuditLogOptions): Promise<AuditLog> {
  // Few servers audit, and the reader of YAML is large.
  const { parseAuditPolicy } = await import('../pipeline/audit/audit-policy-file.ts');
  let text: string;
  try {
    text = readFileSync(policyFile, 'utf8');
  } catch (error) {
    throw new Error(`the audit policy cannot be read (--audit-policy-file): ${(error as Error).message}`);
  }
  const policy = parseAuditPolicy(text, policyFile);
  const file = logPath === STANDARD_OUTPUT ? undefined : opened(logPath);
  const sink = (line: string): void => {
    if (file === undefined) process.stdout.write(`${line}\n`);
    else writeSync(file, `${line}\n`);
  };
  return {
    auditor: new Auditor(policy, sink, clock, auditIds(random)),
    close: () => {
      if (file !== undefined) closeSync(file);
    },
  };
}

function opened(path: string): number {
  try {
    return openSync(path, 'a', OWNER_ONLY);
  } catch (error) {
    throw new Error(`the audit log cannot be written (--audit-log-path): ${(error as Error).message}`);
  }
}
