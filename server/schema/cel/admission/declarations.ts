/** What expressions of admission know: k8s.io/apiserver/pkg/admission/plugin/cel/compile.go. */
import type { Authorize } from '../library/authorizer.ts';
import { authorizerVariable, requestResourceVariable } from '../library/authorizer.ts';
import { BOOL, type CelType, DYN, INT, listOf, mapOf, STRING, structType, TIMESTAMP } from '../types/cel-type.ts';
import { type Declaration, dynamic, ofType } from '../types/declaration.ts';
import { readDyn } from '../values/json-values.ts';

type Fields = Readonly<Record<string, CelType | Declaration>>;

/** An object whose fields are known, and whose values are read as they come. */
export function structDeclaration(name: string, fields: Fields): Declaration {
  const declared = Object.entries(fields).map(
    ([field, type]) => [field, 'kind' in type ? ofType(type) : type] as const,
  );
  return { ...ofType(structType(name), readDyn), fields: new Map(declared) };
}

/** A list of such objects. */
export function listDeclaration(element: Declaration): Declaration {
  return { ...ofType(listOf(element.type)), element };
}

const TEXTS = listOf(STRING);
const TEXT_MAP = mapOf(STRING, STRING);

const KIND = structDeclaration('kubernetes.GroupVersionKind', { group: STRING, version: STRING, kind: STRING });
const RESOURCE = structDeclaration('kubernetes.GroupVersionResource', {
  group: STRING,
  version: STRING,
  resource: STRING,
});

const USER = structDeclaration('kubernetes.UserInfo', {
  username: STRING,
  uid: STRING,
  groups: TEXTS,
  extra: mapOf(STRING, TEXTS),
});

const REQUEST = structDeclaration('kubernetes.AdmissionRequest', {
  kind: KIND,
  resource: RESOURCE,
  subResource: STRING,
  requestKind: KIND,
  requestResource: RESOURCE,
  requestSubResource: STRING,
  name: STRING,
  namespace: STRING,
  operation: STRING,
  userInfo: USER,
  dryRun: BOOL,
  options: DYN,
});

const NAMESPACE = structDeclaration('kubernetes.Namespace', {
  metadata: structDeclaration('kubernetes.NamespaceMetadata', {
    name: STRING,
    generateName: STRING,
    namespace: STRING,
    labels: TEXT_MAP,
    annotations: TEXT_MAP,
    // As upstream spells it, so that nobody can use it.
    UID: STRING,
    creationTimestamp: TIMESTAMP,
    deletionGracePeriodSeconds: INT,
    deletionTimestamp: TIMESTAMP,
    generation: INT,
    resourceVersion: STRING,
    finalizers: TEXTS,
  }),
  spec: structDeclaration('kubernetes.NamespaceSpec', { finalizers: TEXTS }),
  status: structDeclaration('kubernetes.NamespaceStatus', {
    conditions: listDeclaration(
      structDeclaration('kubernetes.NamespaceCondition', {
        status: STRING,
        type: STRING,
        lastTransitionTime: TIMESTAMP,
        message: STRING,
        reason: STRING,
      }),
    ),
    phase: STRING,
  }),
});

/** The types of the variables that depend on what a policy is about; without them everything is dynamic. */
export interface ObjectTypes {
  readonly object?: Declaration | undefined;
  readonly params?: Declaration | undefined;
}

export interface VariableChoice {
  /** Whether there is `params`. */
  readonly params: boolean;
  /** Whether there is `authorizer`. */
  readonly authorizer: boolean;
}

/** The variables of an expression of admission. */
export function admissionVariables(
  { params, authorizer }: VariableChoice,
  types: ObjectTypes = {},
): Record<string, Declaration> {
  const object = types.object ?? dynamic();
  return {
    object,
    oldObject: object,
    namespaceObject: NAMESPACE,
    request: REQUEST,
    ...(params && { params: types.params ?? dynamic() }),
    ...(authorizer && { authorizer: authorizerVariable, 'authorizer.requestResource': requestResourceVariable }),
  };
}

/** The values of the variables of admission: plain JSON, and what answers the questions of `authorizer`. */
export interface AdmissionValues {
  readonly object: object | null;
  readonly oldObject: object | null;
  readonly request: AdmissionRequestValue;
  readonly namespaceObject: object | null;
  readonly params?: object | null;
}

/** The part of an AdmissionRequest that questions about permissions need. */
export interface AdmissionRequestValue {
  readonly requestResource: { readonly group: string; readonly resource: string };
  readonly requestSubResource?: string;
  readonly namespace?: string;
  readonly name?: string;
}

/** What `authorizer` and `authorizer.requestResource` are bound to. */
export function authorizerValues(authorize: Authorize, request: AdmissionRequestValue): Record<string, unknown> {
  const { group, resource } = request.requestResource;
  const { requestSubResource = '', namespace = '', name = '' } = request;
  const question = { authorize, group, resource, subresource: requestSubResource, namespace, name };
  return { authorizer: authorize, 'authorizer.requestResource': question };
}
