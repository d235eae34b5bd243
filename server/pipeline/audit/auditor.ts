/** Tells of requests, as far as a policy wants to know: k8s.io/apiserver/pkg/endpoints/filters/audit.go. */
import type { Clock } from '../../base/clock.ts';
import type { User } from '../../kube/object.ts';
import type { ApiRequest } from '../request.ts';
import type { AuditIds } from './audit-ids.ts';
import { type AuditPolicy, extentOf } from './audit-policy.ts';
import { AuditRecord, type AuditSink } from './audit-record.ts';

export class Auditor {
  readonly #policy: AuditPolicy;
  readonly #sink: AuditSink;
  readonly #clock: Clock;
  readonly #ids: AuditIds;

  /** @param ids name requests that no socket brought */
  constructor(policy: AuditPolicy, sink: AuditSink, clock: Clock, ids: AuditIds) {
    this.#policy = policy;
    this.#sink = sink;
    this.#clock = clock;
    this.#ids = ids;
  }

  /** The record of a request; undefined when nothing is told of it. @param sender undefined for somebody unknown */
  begin(request: ApiRequest, sender: User | undefined): AuditRecord | undefined {
    const extent = extentOf(this.#policy, sender, request.info);
    if (extent.level === 'None') return undefined;
    const auditId = request.auditId ?? this.#ids.text(this.#ids.next());
    return new AuditRecord({ extent, request, sender, auditId, sink: this.#sink, now: () => this.#clock.now() });
  }
}
