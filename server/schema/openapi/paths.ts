import type { Parameter } from './parameters.ts';
import type { Method, Route } from './routes.ts';

/** A path with its methods; what all of them take stands beside them. */
export interface PathItem {
  readonly path: string;
  readonly common: readonly Parameter[];
  readonly operations: readonly { readonly route: Route; readonly parameters: readonly Parameter[] }[];
}

/** In the order in which Go prints them. */
const METHODS: readonly Method[] = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch'];

const keyOf = (parameter: Parameter): string => `${parameter.name} ${parameter.in}`;

export function byNameAndPlace(a: { name: string; in: string }, b: { name: string; in: string }): number {
  if (a.name !== b.name) return a.name < b.name ? -1 : 1;
  return a.in < b.in ? -1 : 1;
}

/** Routes by path, sorted. A path of one method has all its parameters in common. */
export function pathItems(routes: readonly Route[]): PathItem[] {
  const byPath = new Map<string, Route[]>();
  for (const route of routes) {
    const known = byPath.get(route.path);
    if (known) known.push(route);
    else byPath.set(route.path, [route]);
  }
  return [...byPath.keys()].sort().map((path) => itemOf(path, byPath.get(path) ?? []));
}

function itemOf(path: string, routes: readonly Route[]): PathItem {
  const counts = new Map<string, number>();
  for (const { parameters } of routes) {
    for (const parameter of parameters) counts.set(keyOf(parameter), (counts.get(keyOf(parameter)) ?? 0) + 1);
  }
  const isCommon = (parameter: Parameter): boolean => counts.get(keyOf(parameter)) === routes.length;
  const sorted = (parameters: readonly Parameter[]): Parameter[] => [...parameters].sort(byNameAndPlace);
  const operations = METHODS.flatMap((method) => routes.filter((route) => route.method === method)).map((route) => ({
    route,
    parameters: sorted(route.parameters.filter((parameter) => !isCommon(parameter))),
  }));
  return { path, common: sorted((routes[0]?.parameters ?? []).filter(isCommon)), operations };
}
