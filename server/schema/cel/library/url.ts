import { type CelType, structType } from '../types/cel-type.ts';
import type { Library } from '../types/functions.ts';
import { CelError, CelOpaque, type Value, ValueList, ValueMap } from '../values/value.ts';
import { escapedPath, type GoUrl, hostname, parseUrl, port, queryValues } from './go-url.ts';

const TYPE = structType('kubernetes.URL');

/** An absolute URL or path. */
export class CelUrl extends CelOpaque {
  readonly type: CelType = TYPE;
  readonly url: GoUrl;
  private readonly text: string;

  constructor(text: string, url: GoUrl) {
    super();
    this.text = text;
    this.url = url;
  }

  equals(other: CelOpaque): boolean {
    return other instanceof CelUrl && other.text === this.text;
  }
}

function url(text: string): Value {
  try {
    // The first way of reading is the stricter one; the second one knows of fragments.
    parseUrl(text, true);
    return new CelUrl(text, parseUrl(text, false));
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    return new CelError(`URL parse error during conversion from string: ${problem}`);
  }
}

function query(value: CelUrl): Value {
  const map = new ValueMap();
  for (const [key, values] of queryValues(value.url)) map.set(key, new ValueList(values));
  return map;
}

export const URLS: Library = {
  url: { 'string_to_url(string): kubernetes.URL': url },
  isURL: { 'is_url_string(string): bool': (text: string) => !(url(text) instanceof CelError) },
  getScheme: { '.url_get_scheme(kubernetes.URL): string': (value: CelUrl) => value.url.scheme },
  getHost: { '.url_get_host(kubernetes.URL): string': (value: CelUrl) => value.url.host },
  getHostname: { '.url_get_hostname(kubernetes.URL): string': (value: CelUrl) => hostname(value.url) },
  getPort: { '.url_get_port(kubernetes.URL): string': (value: CelUrl) => port(value.url) },
  getEscapedPath: { '.url_get_escaped_path(kubernetes.URL): string': (value: CelUrl) => escapedPath(value.url) },
  getQuery: { '.url_get_query(kubernetes.URL): map(string, list(string))': query },
};
