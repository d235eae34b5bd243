/** One event of an audit log, as upstream's Event (audit.k8s.io/v1) has it: k8s.io/apiserver/pkg/audit/request.go. */
import type { KubeObject, User } from '../../kube/object.ts';
import type { ApiRequest } from '../request.ts';
import type { RequestInfo } from '../request-info.ts';
import type { AuditLevel, AuditStage } from './audit-policy.ts';

const USER_AGENT_MAX = 1024;

type Fields = Readonly<Record<string, unknown>>;

/** What an answer says, as far as it is told. */
export interface Answered {
  readonly status: number;
  /** The Status that was answered, where it was one. */
  readonly outcome?: object;
  readonly object?: unknown;
}

/** What the body says about the object that it is about. */
export type NamedObject = Partial<Pick<KubeObject['metadata'], 'name' | 'namespace' | 'uid' | 'resourceVersion'>>;

/** What is known of a request when an event tells of it. */
export interface EventFacts {
  readonly level: AuditLevel;
  readonly stage: AuditStage;
  readonly auditId: string;
  readonly requestUri: string;
  readonly info: RequestInfo;
  /** Undefined for somebody unknown. */
  readonly sender: User | undefined;
  readonly impersonated: User | undefined;
  readonly sourceAddresses: readonly string[];
  readonly userAgent: string;
  readonly named: NamedObject | undefined;
  readonly answered: Answered | undefined;
  readonly requestObject: unknown;
  readonly receivedAt: string;
  readonly stageAt: string;
  readonly annotations: ReadonlyMap<string, string> | undefined;
}

/** @returns the fields in upstream's order; what is undefined is left out of the JSON */
export function auditEvent(facts: EventFacts): Fields {
  const { sender, impersonated, info, answered, userAgent, annotations } = facts;
  return {
    level: facts.level,
    auditID: facts.auditId,
    stage: facts.stage,
    requestURI: facts.requestUri,
    verb: info.verb,
    user: sender ? userFields(sender) : {},
    impersonatedUser: impersonated && userFields(impersonated),
    sourceIPs: facts.sourceAddresses,
    userAgent: userAgent === '' ? undefined : shortened(userAgent),
    objectRef: info.isResource ? reference(facts) : undefined,
    responseStatus: answered && { metadata: {}, ...answered.outcome, code: answered.status },
    requestObject: facts.requestObject,
    responseObject: answered?.object,
    requestReceivedTimestamp: facts.receivedAt,
    stageTimestamp: facts.stageAt,
    annotations: annotations?.size ? sortedObject(annotations) : undefined,
  };
}

/** The path and the query of a request as they were sent. */
export function requestUri({ path, query, rawQuery }: Pick<ApiRequest, 'path' | 'query' | 'rawQuery'>): string {
  return query.size === 0 ? path : `${path}?${rawQuery ?? query.toString()}`;
}

export function namedObject(object: KubeObject): NamedObject {
  const { name, namespace, uid, resourceVersion } = object.metadata ?? {};
  return { name, namespace, uid, resourceVersion } as NamedObject;
}

function reference({ info, named }: EventFacts): Fields {
  const { resource, namespace, name, group, version, subresource } = info;
  return {
    resource,
    namespace: namespace || named?.namespace || undefined,
    name: name || named?.name || undefined,
    uid: named?.uid || undefined,
    apiGroup: group || undefined,
    apiVersion: version,
    resourceVersion: named?.resourceVersion || undefined,
    subresource: subresource || undefined,
  };
}

const userFields = ({ name, uid = '', groups, extra = {} }: User): Fields => ({
  username: name === '' ? undefined : name,
  uid: uid === '' ? undefined : uid,
  groups: groups.length === 0 ? undefined : groups,
  extra: Object.keys(extra).length === 0 ? undefined : extra,
});

const shortened = (text: string): string =>
  text.length > USER_AGENT_MAX ? `${text.slice(0, USER_AGENT_MAX)}...TRUNCATED` : text;

function sortedObject(map: ReadonlyMap<string, string>): Fields {
  return Object.fromEntries([...map].sort(([a], [b]) => (a < b ? -1 : 1)));
}
