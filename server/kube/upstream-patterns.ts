import { OptionError } from '../base/option-error.ts';
import type { Upstream } from './pod-answers.ts';

/** Which servers are meant: `api:8080`, `*.internal:443`, `[::1]:*`, `*:*`. */
interface Pattern {
  /** A host, `*.` and the end of one, or `*`. */
  readonly host: string;
  /** undefined for every port. */
  readonly port: number | undefined;
}

const PORT_MAX = 65_535;
const HOST = /^(?:\*|(?:\*\.)?[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?|\[[0-9a-f:.]+\])$/;

/**
 * A star is the whole host or its first labels: elsewhere it would let names in that others can register.
 *
 * @throws Error that says what a pattern has to be
 */
function parsePattern(text: string): Pattern {
  const [, host = '', port = ''] = /^(.*):(\*|\d{1,5})$/.exec(text.toLowerCase()) ?? [];
  const number = port === '*' ? undefined : Number(port);
  const isPort = number === undefined || (number >= 1 && number <= PORT_MAX);
  if (!HOST.test(host) || !isPort)
    throw new OptionError(
      'upstreams',
      `: ${JSON.stringify(text)} is no server such as api:8080, *.internal:443 or 127.0.0.1:*`,
    );
  return { host: bare(host), port: number };
}

const bare = (host: string): string => host.replace(/^\[|\]$/g, '').replace(/\.$/, '');

/**
 * @returns whether a server is one of those that the patterns mean
 * @throws Error for what is no pattern
 * @example
 * upstreamMatcher(['api:8080'])({ host: 'api', port: 8080 }) // true
 */
export function upstreamMatcher(patterns: readonly string[]): (upstream: Upstream) => boolean {
  const parsed = patterns.map(parsePattern);
  return (upstream) => {
    const asked = bare(upstream.host.toLowerCase());
    return parsed.some(
      ({ host, port }) =>
        (port === undefined || port === upstream.port) &&
        (host === '*' || host === asked || (host.startsWith('*.') && asked.endsWith(host.slice(1)))),
    );
  };
}
