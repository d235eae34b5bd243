/** Headers of every answer: what the request is called in audit logs, and which FlowSchema took it. */
import type { OutgoingHttpHeaders } from 'node:http';
import type { AuditIds } from '../pipeline/audit/audit-ids.ts';
import type { ApiRequest } from '../pipeline/request.ts';

const AUDIT_ID = 'audit-id';
const FLOW_SCHEMA = 'x-kubernetes-pf-flowschema-uid';
const PRIORITY_LEVEL = 'x-kubernetes-pf-prioritylevel-uid';

/** Upstream takes any text that the client calls its request, and makes an id only without one. @returns the id */
export function nameRequest(request: ApiRequest, ids: AuditIds): string {
  const given = request.header(AUDIT_ID);
  if (given) {
    request.auditId = given;
    return given;
  }
  const count = ids.next();
  const auditId = ids.text(count);
  request.auditIds = ids;
  request.auditCount = count;
  request.auditId = auditId;
  return auditId;
}

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
