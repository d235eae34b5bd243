/** /healthz, /livez and /readyz, each with `?verbose`, `?exclude=NAME` and a path for every single check. */
import type { HealthMetrics } from '../metrics/health-metrics.ts';
import type { PipelineEnv } from '../pipeline.ts';
import type { ApiRequest, ApiResponse } from '../request.ts';

type Root = 'healthz' | 'livez' | 'readyz';

const ROOTS: readonly Root[] = ['healthz', 'livez', 'readyz'];

/** What upstream starts after it listens; here it is done when the cluster answers, unless the cluster says no. */
const HOOKS = [
  'poststarthook/start-apiserver-admission-initializer',
  'poststarthook/generic-apiserver-start-informers',
  'poststarthook/priority-and-fairness-config-consumer',
  'poststarthook/priority-and-fairness-filter',
  'poststarthook/storage-object-count-tracker-hook',
  'poststarthook/start-apiextensions-informers',
  'poststarthook/start-apiextensions-controllers',
  'poststarthook/crd-informer-synced',
  'poststarthook/start-system-namespaces-controller',
  'poststarthook/peer-endpoint-reconciler-controller',
  'poststarthook/start-cluster-authentication-info-controller',
  'poststarthook/start-kube-apiserver-identity-lease-controller',
  'poststarthook/start-kube-apiserver-identity-lease-garbage-collector',
  'poststarthook/storage-readiness',
  'poststarthook/start-legacy-token-tracking-controller',
  'poststarthook/start-service-ip-repair-controllers',
  'poststarthook/rbac/bootstrap-roles',
  'poststarthook/scheduling/bootstrap-system-priority-classes',
  'poststarthook/priority-and-fairness-config-producer',
  'poststarthook/bootstrap-controller',
  'poststarthook/start-kubernetes-service-cidr-controller',
  'poststarthook/start-kube-aggregator-informers',
  'poststarthook/apiservice-status-local-available-controller',
  'poststarthook/apiservice-status-remote-available-controller',
  'poststarthook/apiservice-registration-controller',
  'poststarthook/apiservice-discovery-controller',
  'poststarthook/kube-apiserver-autoregistration',
  'autoregister-completion',
  'poststarthook/apiservice-openapi-controller',
  'poststarthook/apiservice-openapiv3-controller',
];

/** In upstream's order; `log` is its name for a log that can still be written. */
const CHECKS: Readonly<Record<Root, readonly string[]>> = {
  healthz: ['ping', 'log', 'loopback-serving-certificate', 'etcd', ...HOOKS],
  livez: ['ping', 'log', 'loopback-serving-certificate', 'etcd', ...HOOKS],
  readyz: ['ping', 'log', 'etcd', 'etcd-readiness', 'informer-sync', ...HOOKS, 'shutdown'],
};

/** Those that fail when etcd does not answer in time (DefaultHealthcheckTimeout). */
const STORE_CHECKS = ['etcd', 'etcd-readiness'];
const STORE_CHECK_MS = 2000;

const NO_SNIFF = { 'x-content-type-options': 'nosniff' };

function text(status: number, body: string, headers: Readonly<Record<string, string>>): ApiResponse {
  return { type: 'bytes', status, mediaType: 'text/plain; charset=utf-8', body, headers };
}

/** Whether each check passes. What the cluster adds comes last; one that is not ready yet is alive all the same. */
function checks(root: Root, env: PipelineEnv, storesAnswer = true): Map<string, boolean> {
  const results = new Map(CHECKS[root].map((name) => [name, true]));
  for (const [name, passed] of env.health()) results.set(name, passed || root === 'livez');
  if (!storesAnswer) for (const name of STORE_CHECKS) if (results.has(name)) results.set(name, false);
  return results;
}

/** All paths of health checks, for the page that lists paths. */
export function healthPaths(env: PipelineEnv): string[] {
  return ROOTS.flatMap((root) => [`/${root}`, ...[...checks(root, env).keys()].map((name) => `/${root}/${name}`)]);
}

export function healthPage(
  { info, query }: ApiRequest,
  env: PipelineEnv,
): Promise<ApiResponse> | ApiResponse | undefined {
  const [, name = '', ...rest] = info.path.split('/');
  const root = ROOTS.find((candidate) => candidate === name);
  if (!root) return undefined;
  const shown = (storesAnswer?: boolean): ApiResponse | undefined => {
    const results = checks(root, env, storesAnswer);
    return rest.length === 0 ? summary(root, results, query, env.checks) : single(results, rest.join('/'));
  };
  const { storesAnswer } = env;
  // There may be no such check.
  const isOfStore = rest.length === 0 || checks(root, env).has(rest.join('/'));
  const answer = (): Promise<ApiResponse> | ApiResponse | undefined =>
    storesAnswer && isOfStore ? storesAnswer(STORE_CHECK_MS).then((isTrue) => shown(isTrue) as ApiResponse) : shown();
  const soon = root === 'readyz' && rest.length === 0 ? env.readySoon?.() : undefined;
  return soon ? soon.then(() => answer() as Promise<ApiResponse> | ApiResponse) : answer();
}

function single(results: ReadonlyMap<string, boolean>, check: string): ApiResponse | undefined {
  const passed = results.get(check);
  if (passed === undefined) return undefined;
  return passed ? text(200, 'ok', {}) : text(500, `internal server error: ${check} failed\n`, NO_SNIFF);
}

function summary(
  root: Root,
  results: ReadonlyMap<string, boolean>,
  query: URLSearchParams,
  counted: HealthMetrics,
): ApiResponse {
  const excluded = new Set(query.getAll('exclude'));
  const unknown = new Set(excluded);
  const lines: string[] = [];
  let healthy = true;
  for (const [name, passed] of results) {
    if (excluded.has(name)) lines.push(`[+]${name} excluded: ok`);
    else {
      counted.observe(root, name, passed);
      lines.push(passed ? `[+]${name} ok` : `[-]${name} failed: reason withheld`);
    }
    unknown.delete(name);
    healthy &&= passed || excluded.has(name);
  }
  if (unknown.size > 0) {
    const names = [...unknown].sort().map((name) => JSON.stringify(name));
    lines.push(`warn: some health checks cannot be excluded: no matches for ${names.join(',')}`);
  }
  if (!healthy) return text(500, `${lines.join('\n')}\n${root} check failed\n`, NO_SNIFF);
  return text(200, query.has('verbose') ? `${lines.join('\n')}\n${root} check passed\n` : 'ok', NO_SNIFF);
}
