/** Names of images: github.com/distribution/reference. */

export interface ImageReference {
  readonly host: string;
  /** Without the host: `library/nginx`. */
  readonly path: string;
  readonly tag: string;
  readonly digest: string;
  /** As a container runtime writes it: `docker.io/library/nginx:1.27`. */
  readonly text: string;
}

const DEFAULT_HOST = 'docker.io';
const LIBRARY = 'library/';
const HOST_PART = '(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])';
const HOST = new RegExp(`^(?:${HOST_PART}(?:\\.${HOST_PART})*|\\[[0-9a-fA-F:]+\\])(?::[0-9]+)?$`);
const PATH = /^[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*$/;
const TAG = /^\w[\w.-]{0,127}$/;
const DIGEST = /^[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}$/;
const IDENTIFIER = /^[0-9a-f]{64}$/;
const LONGEST_NAME = 255;

/** @returns what is wrong with it, as upstream says, for a name that cannot be one */
export function parseImage(image: string): ImageReference | string {
  const at = image.indexOf('@');
  const [named, digest] = at < 0 ? [image, ''] : [image.slice(0, at), image.slice(at + 1)];
  const colon = named.indexOf(':', named.lastIndexOf('/') + 1);
  const [name, tag] = colon < 0 ? [named, ''] : [named.slice(0, colon), named.slice(colon + 1)];
  if (IDENTIFIER.test(image)) return `invalid repository name (${image}), cannot specify 64-byte hexadecimal strings`;
  const { host, path } = split(name);
  if (path !== path.toLowerCase() && PATH.test(path.toLowerCase()))
    return `invalid reference format: repository name (${path}) must be lowercase`;
  const isWrong =
    !HOST.test(host) || !PATH.test(path) || (colon >= 0 && !TAG.test(tag)) || (at >= 0 && !DIGEST.test(digest));
  if (isWrong) return 'invalid reference format';
  if (path.length > LONGEST_NAME) return `repository name must not be more than ${LONGEST_NAME} characters`;
  const effectiveTag = tag === '' && digest === '' ? 'latest' : tag;
  const suffix = `${effectiveTag && `:${effectiveTag}`}${digest && `@${digest}`}`;
  return { host, path, tag: effectiveTag, digest, text: `${host}/${path}${suffix}` };
}

/** The first part is a host if it looks like one; what has none lies on Docker Hub. */
function split(name: string): { host: string; path: string } {
  const slash = name.indexOf('/');
  const first = name.slice(0, Math.max(slash, 0));
  if (slash >= 0 && (/[.:]/.test(first) || first === 'localhost' || first !== first.toLowerCase()))
    return placed(first === 'index.docker.io' ? DEFAULT_HOST : first, name.slice(slash + 1));
  return placed(DEFAULT_HOST, name);
}

/** What lies on Docker Hub below nobody's name belongs to its library. */
function placed(host: string, path: string): { host: string; path: string } {
  return { host, path: host === DEFAULT_HOST && !path.includes('/') ? `${LIBRARY}${path}` : path };
}

/** All names that people know an image by: as it is written, as a runtime writes it, and without Docker Hub. */
export function namesOfImage(image: string): string[] {
  const reference = parseImage(image);
  if (typeof reference === 'string') return [image];
  const names = new Set([image, reference.text]);
  if (reference.host === DEFAULT_HOST) {
    const onHub = reference.text.slice(`${DEFAULT_HOST}/`.length);
    names.add(onHub);
    if (onHub.startsWith(LIBRARY))
      names.add(onHub.slice(LIBRARY.length)).add(`${DEFAULT_HOST}/${onHub.slice(LIBRARY.length)}`);
  }
  return [...names];
}
