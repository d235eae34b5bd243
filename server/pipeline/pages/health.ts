import type { PipelineEnv } from '../pipeline.ts';
import type { ApiRequest, ApiResponse } from '../request.ts';

const ROOTS = ['healthz', 'livez', 'readyz'];

/** Checks that every endpoint has; `log` is upstream's name for a log that can still be written. */
const BUILT_IN = ['ping', 'log', 'etcd'];

function text(status: number, body: string): ApiResponse {
  const headers = { 'x-content-type-options': 'nosniff', 'cache-control': 'no-cache, private' };
  return { type: 'bytes', status, mediaType: 'text/plain; charset=utf-8', body, headers };
}

/** /healthz, /livez and /readyz, each with `?verbose`, `?exclude=NAME` and a path for every single check. */
export function healthPage({ info, query }: ApiRequest, env: PipelineEnv): ApiResponse | undefined {
  const [root = '', check, ...more] = info.segments;
  if (!ROOTS.includes(root) || more.length > 0) return undefined;
  const results = checks(root, env);
  if (check !== undefined) {
    const passed = results.get(check);
    if (passed === undefined) return undefined;
    return passed ? text(200, 'ok') : text(500, `internal server error: ${check} failed\n`);
  }
  const excluded = new Set(query.getAll('exclude'));
  const lines: string[] = [];
  let healthy = true;
  for (const [name, passed] of results) {
    if (excluded.delete(name)) lines.push(`[+]${name} excluded: ok`);
    else if (passed) lines.push(`[+]${name} ok`);
    else {
      lines.push(`[-]${name} failed: reason withheld`);
      healthy = false;
    }
  }
  if (excluded.size > 0) {
    const names = [...excluded].map((name) => JSON.stringify(name)).join(', ');
    lines.push(`warn: some health checks cannot be excluded: no matches for ${names}`);
  }
  if (!healthy) return text(500, `${lines.join('\n')}\n${root} check failed\n`);
  return query.has('verbose') ? text(200, `${lines.join('\n')}\n${root} check passed\n`) : text(200, 'ok');
}

function checks(root: string, env: PipelineEnv): Map<string, boolean> {
  const results = new Map(BUILT_IN.map((name) => [name, true]));
  if (root === 'livez') return results;
  for (const [name, passed] of env.health()) if (root === 'readyz' || passed) results.set(name, passed);
  return results;
}
