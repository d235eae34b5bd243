/** Headers of every answer: what the request is called in audit logs, and which FlowSchema took it. */
import type { OutgoingHttpHeaders } from 'node:http';
import type { Random } from '../base/random.ts';
import type { ApiRequest } from '../pipeline/request.ts';

const HEX = 16;
/** Digits of the last part of a UUID. */
const COUNTER_DIGITS = 12;
const FIRST_COUNTS = 2 ** 40;
const COUNTS = 2 ** 48;

/**
 * UUIDs of version 4 that differ in a counter: every answer bears one, and random bytes for each would be felt.
 *
 * @example
 * const next = auditIds(random);
 * next() // 'f81d4fae-7dec-41d0-a765-00a0c91e6bf6'
 */
export function auditIds(random: Random): () => string {
  const prefix = random.uuid().slice(0, -COUNTER_DIGITS);
  let count = Math.floor(random.fraction() * FIRST_COUNTS);
  return () => {
    count = (count + 1) % COUNTS;
    return prefix + count.toString(HEX).padStart(COUNTER_DIGITS, '0');
  };
}

/** Upstream takes any text that the client calls its request, and makes an id only without one. */
export const auditIdOf = (request: ApiRequest, next: () => string): string => request.header('audit-id') || next();

const AUDIT_ID = 'audit-id';
const FLOW_SCHEMA = 'x-kubernetes-pf-flowschema-uid';
const PRIORITY_LEVEL = 'x-kubernetes-pf-prioritylevel-uid';

/** Adds them to the headers of an answer. */
export function addIdentifiers(headers: OutgoingHttpHeaders, { flow }: ApiRequest, auditId: string): void {
  headers[AUDIT_ID] = auditId;
  if (!flow) return;
  headers[FLOW_SCHEMA] = flow.flowSchemaUid;
  headers[PRIORITY_LEVEL] = flow.priorityLevelUid;
}

/** The same as lines of an upgrade. */
export function identifierLines({ flow }: ApiRequest, auditId: string): string[] {
  const lines = [`${AUDIT_ID}: ${auditId}`];
  return flow
    ? [...lines, `${FLOW_SCHEMA}: ${flow.flowSchemaUid}`, `${PRIORITY_LEVEL}: ${flow.priorityLevelUid}`]
    : lines;
}
