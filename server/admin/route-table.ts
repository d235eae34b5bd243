/** Finds the route of a path: plain words before `{name}`s. */
import { type ApiError, methodNotAllowed, unknownPath } from '../kube/api-error.ts';
import type { AdminRoute } from './route.ts';

interface Found {
  readonly route: AdminRoute;
  readonly params: Readonly<Record<string, string>>;
}

interface Parsed {
  readonly route: AdminRoute;
  readonly words: readonly string[];
}

const isParam = (word: string): boolean => word.startsWith('{');

function paramsOf(words: readonly string[], segments: readonly string[]): Record<string, string> | undefined {
  if (words.length !== segments.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, word] of words.entries()) {
    const segment = segments[index] as string;
    if (isParam(word)) {
      if (segment === '') return undefined;
      params[word.slice(1, -1)] = segment;
    } else if (word !== segment) return undefined;
  }
  return params;
}

export class RouteTable {
  readonly routes: readonly AdminRoute[];
  readonly #parsed: readonly Parsed[];

  constructor(routes: readonly AdminRoute[]) {
    this.routes = routes;
    const weight = ({ words }: Parsed): number => words.filter(isParam).length;
    this.#parsed = routes
      .map((route) => ({ route, words: route.path.slice(1).split('/') }))
      .sort((a, b) => weight(a) - weight(b));
  }

  /**
   * @param segments of the path after `/-`
   * @throws ApiError 404 for a path that nothing has, 405 for a method that it has not
   */
  find(method: string, segments: readonly string[]): Found {
    let error: ApiError = unknownPath();
    for (const { route, words } of this.#parsed) {
      const params = paramsOf(words, segments);
      if (!params) continue;
      if (route.method === method) return { route, params };
      error = methodNotAllowed();
    }
    throw error;
  }
}
