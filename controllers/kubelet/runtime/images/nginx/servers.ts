import { RE2JS } from 're2js';
import { ConfigError, type Directive } from './config.ts';

/** What is said for a part of a site, and for all of its parts unless they say something else. */
export interface Scope {
  readonly directives: readonly Directive[];
  readonly outer: Scope | undefined;
}

export interface Location extends Scope {
  readonly kind: 'exact' | 'prefix' | 'firm' | 'pattern';
  readonly path: string;
  readonly matches: (path: string) => boolean;
  readonly inner: readonly Location[];
}

export interface Server extends Scope {
  readonly ports: readonly number[];
  /** Those at which TLS is spoken, and where the configuration says so. */
  readonly secretPorts: ReadonlyMap<number, Directive>;
  readonly names: readonly string[];
  readonly isDefault: boolean;
  readonly locations: readonly Location[];
}

/** Directives that are not taken from outside when a part has some of its own. */
export function own(scope: Scope, name: string): readonly Directive[] {
  return scope.directives.filter((directive) => directive.name === name);
}

/** What counts in a part: its own word, or that of what it lies in. */
export function inherited(scope: Scope | undefined, name: string): readonly Directive[] {
  for (let at = scope; at; at = at.outer) {
    const found = own(at, name);
    if (found.length > 0) return found;
  }
  return [];
}

function locationOf({ args, block = [], file, line }: Directive, outer: Scope): Location {
  const [first = '', second] = args;
  const path = second ?? first;
  const modifier = second === undefined ? '' : first;
  const scope = { directives: block, outer };
  const inner = locationsIn(scope);
  if (modifier === '~' || modifier === '~*') {
    let pattern: RE2JS;
    try {
      pattern = RE2JS.compile(path, modifier === '~*' ? RE2JS.CASE_INSENSITIVE : 0);
    } catch (error) {
      throw new ConfigError(`regex "${path}" is not understood in ${file}:${line}: ${(error as Error).message}`);
    }
    return { ...scope, kind: 'pattern', path, matches: (asked) => pattern.matcher(asked).find(), inner };
  }
  if (modifier === '=') return { ...scope, kind: 'exact', path, matches: (asked) => asked === path, inner };
  if (modifier !== '' && modifier !== '^~')
    throw new ConfigError(`invalid location modifier "${modifier}" in ${file}:${line}`);
  const kind = modifier === '^~' ? 'firm' : 'prefix';
  return { ...scope, kind, path, matches: (asked) => asked.startsWith(path), inner };
}

const locationsIn = (scope: Scope): readonly Location[] =>
  own(scope, 'location').map((directive) => locationOf(directive, scope));

function portOf(address: string): number {
  const port = /^\d+$/.test(address) ? address : /:(\d+)$/.exec(address)?.[1];
  return Number(port ?? 80);
}

/** The servers of a configuration. @throws ConfigError */
export function serversOf(config: readonly Directive[]): readonly Server[] {
  const main: Scope = { directives: config, outer: undefined };
  return own(main, 'http').flatMap(({ block = [] }) => {
    const http: Scope = { directives: block, outer: main };
    return own(http, 'server').map(({ block: directives = [] }): Server => {
      const scope = { directives, outer: http };
      const listens = own(scope, 'listen');
      const ports = listens.map(({ args: [address = '80'] }) => portOf(address));
      return {
        ...scope,
        ports: ports.length > 0 ? [...new Set(ports)] : [80],
        secretPorts: new Map(
          listens
            .filter(({ args }) => args.includes('ssl'))
            .map((directive) => [portOf(directive.args[0] ?? '80'), directive]),
        ),
        names: own(scope, 'server_name').flatMap(({ args }) => args),
        isDefault: listens.some(({ args }) => args.includes('default_server')),
        locations: locationsIn(scope),
      };
    });
  });
}

const hasName = ({ names }: Server, host: string): boolean =>
  names.some(
    (name) =>
      name === host ||
      (name.startsWith('*.') && host.endsWith(name.slice(1))) ||
      (name.endsWith('.*') && host.startsWith(name.slice(0, -1))),
  );

/** The server that answers for a host on a port. */
export function serverFor(servers: readonly Server[], port: number, host: string): Server | undefined {
  const there = servers.filter(({ ports }) => ports.includes(port));
  return (
    there.find(({ names }) => names.includes(host)) ??
    there.find((server) => hasName(server, host)) ??
    there.find(({ isDefault }) => isDefault) ??
    there[0]
  );
}

/** The part of a site that a path lies in: exact, then the longest beginning, unless a pattern matches. */
export function locationFor(locations: readonly Location[], path: string): Location | undefined {
  const matching = locations.filter((location) => !location.path.startsWith('@') && location.matches(path));
  const exact = matching.find(({ kind }) => kind === 'exact');
  if (exact) return exact;
  const [longest] = matching.filter(({ kind }) => kind !== 'pattern').sort((a, b) => b.path.length - a.path.length);
  const nested = longest && locationFor(longest.inner, path);
  if (nested) return nested;
  if (longest?.kind === 'firm') return longest;
  return matching.find(({ kind }) => kind === 'pattern') ?? longest;
}
