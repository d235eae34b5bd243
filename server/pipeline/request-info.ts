/** From URL and method to what is asked: k8s.io/apiserver/pkg/endpoints/request/requestinfo.go. */
import { RecentMap } from '../base/recent-map.ts';

export interface RequestInfo {
  /** Decoded segments of the path. */
  readonly segments: readonly string[];
  /** The decoded path, as authorization of non-resource URLs sees it. */
  readonly path: string;
  readonly isResource: boolean;
  readonly verb: string;
  /** `api` or `apis`. */
  readonly prefix: string;
  readonly group: string;
  readonly version: string;
  readonly namespace: string;
  readonly resource: string;
  readonly name: string;
  readonly subresource: string;
  /** Segments after the subresource: the path of a proxy request. */
  readonly rest: readonly string[];
  /** Whether the path begins with the old `watch` prefix. */
  readonly legacyWatch: boolean;
}

const VERBS: Readonly<Record<string, string>> = {
  POST: 'create',
  GET: 'get',
  HEAD: 'get',
  PUT: 'update',
  PATCH: 'patch',
  DELETE: 'delete',
};

const NAMESPACE_SUBRESOURCES = new Set(['status', 'finalize']);

/** Go decodes a path before it is split: an escaped slash is a slash. What is no UTF-8 then names nothing. */
function decoded(path: string): string {
  if (!path.includes('%')) return path;
  try {
    return decodeURIComponent(path);
  } catch {
    const bytes = path.replace(/%([0-9a-fA-F]{2})/g, (_all, hex: string) =>
      String.fromCharCode(Number.parseInt(hex, 16)),
    );
    return Buffer.from(bytes, 'latin1').toString();
  }
}

function nonResource(path: string, segments: readonly string[], method: string): RequestInfo {
  return {
    path,
    segments,
    isResource: false,
    verb: method.toLowerCase(),
    prefix: '',
    group: '',
    version: '',
    namespace: '',
    resource: '',
    name: '',
    subresource: '',
    rest: [],
    legacyWatch: false,
  };
}

/** Clients ask for the same few paths again and again. */
const KNOWN_MAX = 512;
const KNOWN_CHARACTERS_MAX = 256;
/** By path, for each method with and without `watch`: a text of all three would have to be built and hashed anew. */
const known = new Map<string, RecentMap<string, RequestInfo>>();

/**
 * @param path as sent
 * @example
 * requestInfo('GET', '/api/v1/namespaces/default/pods/web/log', new URLSearchParams()).subresource // 'log'
 */
export function requestInfo(method: string, path: string, query: URLSearchParams): RequestInfo {
  const watches = isTrue(query.get('watch'));
  const kind = watches ? `watch ${method}` : method;
  let infos = known.get(kind);
  const found = infos?.get(path);
  if (found) return found;
  const info = readRequestInfo(method, path, watches);
  if (path.length > KNOWN_CHARACTERS_MAX || !Object.hasOwn(VERBS, method)) return info;
  if (!infos) {
    infos = new RecentMap(KNOWN_MAX);
    known.set(kind, infos);
  }
  infos.set(path, info);
  return info;
}

function readRequestInfo(method: string, path: string, watches: boolean): RequestInfo {
  const decodedPath = decoded(path);
  const segments = decodedPath.split('/').slice(1);
  if (segments.at(-1) === '') segments.pop();
  const prefix = segments[0] ?? '';
  const depth = prefix === 'api' ? 2 : prefix === 'apis' ? 3 : 0;
  if (depth === 0 || segments.length <= depth) return nonResource(decodedPath, segments, method);
  const group = prefix === 'apis' ? (segments[1] ?? '') : '';
  const version = segments[depth - 1] ?? '';
  let parts = segments.slice(depth);
  const legacyWatch = parts[0] === 'watch' && parts.length > 1;
  if (legacyWatch) parts = parts.slice(1);
  let namespace = '';
  if (parts[0] === 'namespaces') {
    namespace = parts[1] ?? '';
    if (parts.length > 2 && !NAMESPACE_SUBRESOURCES.has(parts[2] ?? '')) parts = parts.slice(2);
    else if (parts.length === 1) namespace = '';
  }
  const [resource = '', name = '', subresource = '', ...rest] = parts;
  const verb = legacyWatch ? 'watch' : resourceVerb(method, name, watches);
  return {
    path: decodedPath,
    segments,
    isResource: true,
    verb,
    prefix,
    group,
    version,
    namespace,
    resource,
    name,
    subresource,
    rest,
    legacyWatch,
  };
}

function resourceVerb(method: string, name: string, watches: boolean): string {
  const verb = VERBS[method] ?? '';
  if (name !== '') return verb;
  if (verb === 'get') return watches ? 'watch' : 'list';
  return verb === 'delete' ? 'deletecollection' : verb;
}

/** How upstream converts query parameters to booleans: anything but false and 0. */
export function isTrue(value: string | null): boolean {
  return value !== null && value.toLowerCase() !== 'false' && value !== '0';
}

const LONG_RUNNING = new Set(['attach', 'exec', 'proxy', 'log', 'portforward']);

/** Whether an answer may take as long as it likes (BasicLongRunningRequestCheck of kube-apiserver). */
export const isLongRunning = ({ verb, subresource }: RequestInfo): boolean =>
  verb === 'watch' || verb === 'proxy' || LONG_RUNNING.has(subresource);
