/** What is told of one request while it is answered: k8s.io/apiserver/pkg/audit/request.go. */
import { rfc3339Micro } from '../../base/clock.ts';
import type { KubeObject, User } from '../../kube/object.ts';
import type { ApiRequest, ApiResponse } from '../request.ts';
import { type Answered, auditEvent, type NamedObject, namedObject, requestUri } from './audit-event.ts';
import type { AuditExtent, AuditStage } from './audit-policy.ts';
import { sourceAddresses } from './source-addresses.ts';

/**
 * Takes an event as one line of JSON, without its end and without its kind.
 *
 * @returns whether the request may go on, where it has to wait for that
 */
export type AuditSink = (event: string) => Promise<boolean> | undefined;

type Fields = Readonly<Record<string, unknown>>;

export class AuditRecord {
  readonly extent: AuditExtent;
  readonly #request: ApiRequest;
  readonly #sender: User | undefined;
  readonly #auditId: string;
  readonly #sink: AuditSink;
  readonly #now: () => number;
  readonly #receivedAt: string;
  #named: NamedObject | undefined;
  #hasBody = false;
  #requestObject: unknown;
  #answered: Answered | undefined;

  constructor(parts: {
    readonly extent: AuditExtent;
    readonly request: ApiRequest;
    /** Who sent the request; undefined for somebody unknown. */
    readonly sender: User | undefined;
    readonly auditId: string;
    readonly sink: AuditSink;
    readonly now: () => number;
  }) {
    this.extent = parts.extent;
    this.#request = parts.request;
    this.#sender = parts.sender;
    this.#auditId = parts.auditId;
    this.#sink = parts.sink;
    this.#now = parts.now;
    this.#receivedAt = rfc3339Micro(parts.now());
  }

  /** The object of the body, as the requested version has it with its defaults. It is copied if it is told. */
  takeObject(object: KubeObject): void {
    if (this.#hasBody) return;
    this.#named = namedObject(object);
    this.takeBody(object);
  }

  /** A body that is no object of the resource: a patch, or options. */
  takeBody(value: unknown): void {
    if (this.#hasBody) return;
    this.#hasBody = true;
    const { level, omitManagedFields } = this.extent;
    if (level === 'Metadata') return;
    this.#requestObject = withoutManagers(JSON.parse(JSON.stringify(value)) as unknown, omitManagedFields);
  }

  /** What the next stages tell. */
  takeAnswer({ object, ...answered }: Answered): void {
    const told = withoutManagers(object, this.extent.omitManagedFields);
    this.#answered = { ...answered, ...(told !== undefined && { object: told }) };
  }

  /**
   * Hands on the event of a stage, unless the policy leaves it out.
   *
   * @returns whether the request may go on, where it has to wait for that
   */
  tell(stage: AuditStage): Promise<boolean> | undefined {
    return this.extent.omitStages.includes(stage) ? undefined : this.#sink(goJson(this.#event(stage)));
  }

  #event(stage: AuditStage): Fields {
    const request = this.#request;
    const { user, auditAnnotations } = request;
    const isEarly = stage === 'RequestReceived';
    return auditEvent({
      level: this.extent.level,
      stage,
      auditId: this.#auditId,
      requestUri: requestUri(request),
      info: request.info,
      sender: this.#sender,
      impersonated: !isEarly && this.#sender && user !== this.#sender ? user : undefined,
      sourceAddresses: sourceAddresses(request),
      userAgent: request.header('user-agent') ?? '',
      named: isEarly ? undefined : this.#named,
      answered: isEarly ? undefined : this.#answered,
      requestObject: isEarly ? undefined : this.#requestObject,
      receivedAt: this.#receivedAt,
      stageAt: isEarly ? this.#receivedAt : rfc3339Micro(this.#now()),
      annotations: isEarly ? undefined : auditAnnotations,
    });
  }
}

/** The Status of an answer without what every Status has, and without what an event tells beside it. */
export function outcomeOf(response: ApiResponse): object | undefined {
  if (response.type !== 'value') return undefined;
  const { kind, metadata: _metadata, code: _code, apiVersion: _apiVersion, ...outcome } = response.value as Fields;
  return kind === 'Status' ? outcome : undefined;
}

/** The object, or the items of the list, without managedFields. */
function withoutManagers(value: unknown, omits: boolean): unknown {
  if (!omits || typeof value !== 'object' || value === null) return value;
  const { metadata, items, rows } = value as {
    metadata?: { managedFields?: unknown };
    items?: unknown;
    rows?: readonly { object?: unknown }[];
  };
  if (metadata && typeof metadata === 'object') delete metadata.managedFields;
  if (Array.isArray(items)) for (const item of items) withoutManagers(item, omits);
  if (Array.isArray(rows)) for (const { object } of rows) withoutManagers(object, omits);
  return value;
}

/** Go escapes what could end a script in a page. */
const goJson = (value: unknown): string =>
  JSON.stringify(value).replace(/[<>&\u2028\u2029]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
