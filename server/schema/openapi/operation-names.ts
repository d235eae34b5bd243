/** Names and one-line texts of operations, by the patterns of the API installer. */

/** Letters and digits; whatever stands between them makes the next letter a capital. */
function camelCase(text: string, capitalFirst: boolean): string {
  const joined = text.replace(/[^A-Za-z0-9_]+(.?)/g, (_, next: string) => next.toUpperCase());
  return capitalFirst ? joined.charAt(0).toUpperCase() + joined.slice(1) : joined;
}

const shortGroup = (group: string): string => (group === '' ? 'core' : group.replace(/\.k8s\.io$/, ''));

/** `RbacAuthorizationV1`: what stands between the verb and the rest of an operation's name. */
export function groupVersionPart(group: string, version: string): string {
  return camelCase(shortGroup(group), true) + camelCase(version, true);
}

/** `rbacAuthorization_v1`. */
export function tagOf(group: string, version: string): string {
  const tag = camelCase(shortGroup(group), false);
  return version === '' ? tag : `${tag}_${camelCase(version, false)}`;
}

/** `portForward` → `Portforward`. */
export function title(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1).toLowerCase();
}

/** `a Pod`, `an Eviction`, `Endpoints`: plurals have no article. */
export function withArticle(kind: string): string {
  if (kind.endsWith('s') && !kind.endsWith('ss')) return kind;
  return `${/^[aeiou]/i.test(kind) ? 'an' : 'a'} ${kind}`;
}

export type Action =
  | 'get'
  | 'list'
  | 'post'
  | 'put'
  | 'patch'
  | 'delete'
  | 'deletecollection'
  | 'watch'
  | 'watchlist'
  | 'connect';

/** The word with which the name of an operation begins, and what follows group and version. */
const VERBS: Readonly<Record<Action, { verb: string; object?: string; list?: string }>> = {
  get: { verb: 'read' },
  list: { verb: 'list' },
  post: { verb: 'create' },
  put: { verb: 'replace' },
  patch: { verb: 'patch' },
  delete: { verb: 'delete' },
  deletecollection: { verb: 'delete', object: 'Collection' },
  watch: { verb: 'watch' },
  watchlist: { verb: 'watch', list: 'List' },
  connect: { verb: 'connect' },
};

export interface Operation {
  readonly action: Action;
  readonly group: string;
  readonly version: string;
  /** Of the resource, also for its subresources. */
  readonly kind: string;
  readonly subresource: string;
  readonly namespaced: boolean;
  /** HTTP method of a connection. */
  readonly method: string;
  /** `ForAllNamespaces`, `WithPath`. */
  readonly suffix: string;
  /** Whether a list can be watched. */
  readonly watchable: boolean;
}

/** `readCoreV1NamespacedPodLog`. */
export function operationId(operation: Operation): string {
  const { verb, object = '', list = '' } = VERBS[operation.action];
  const method = operation.action === 'connect' ? title(operation.method) : '';
  const scope = operation.namespaced ? 'Namespaced' : '';
  const subject = `${scope}${operation.kind}${title(operation.subresource)}`;
  return (
    verb + groupVersionPart(operation.group, operation.version) + object + method + subject + list + operation.suffix
  );
}

const USE_LIST = "deprecated: use the 'watch' parameter with a list operation instead";
const ONE_ITEM = "filtered to a single item with the 'fieldSelector' parameter";

/** `read log of the specified Pod`. */
export function operationText({ action, kind, subresource, method, watchable }: Operation): string {
  const of = subresource === '' ? '' : `${subresource} of `;
  switch (action) {
    case 'get':
      return `read ${of}the specified ${kind}`;
    case 'list':
      return `list ${watchable ? 'or watch ' : ''}${of}objects of kind ${kind}`;
    case 'post':
      return `create ${of}${withArticle(kind)}`;
    case 'put':
      return `replace ${of}the specified ${kind}`;
    case 'patch':
      return `partially update ${of}the specified ${kind}`;
    case 'delete':
      return `delete ${of}${withArticle(kind)}`;
    case 'deletecollection':
      return `delete collection of ${of}${kind}`;
    case 'watch':
      return `watch changes to ${of}an object of kind ${kind}. ${USE_LIST}, ${ONE_ITEM}.`;
    case 'watchlist':
      return `watch individual changes to a list of ${of}${kind}. ${USE_LIST}.`;
    case 'connect':
      return `connect ${method} requests to ${of}${kind}`;
  }
}
