/** Names of container images, as far as the server reads them: github.com/distribution/reference. */

const DOMAIN_PART = '(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])';
const DOMAIN = `(?:${DOMAIN_PART}(?:\\.${DOMAIN_PART})*|\\[[a-fA-F0-9:]+\\])(?::[0-9]+)?`;
const PATH_PART = '[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*';
const TAG = '\\w[\\w.-]{0,127}';
const DIGEST = '[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}';
const REFERENCE = new RegExp(
  `^(?:${DOMAIN}/)?(?<path>${PATH_PART}(?:/${PATH_PART})*)(?::(?<tag>${TAG}))?(?:@(?<digest>${DIGEST}))?$`,
);
const IDENTIFIER = /^[a-f0-9]{64}$/;
const MAX_PATH = 255;

/** go-digest: known algorithms and the length of their hexadecimal text. */
const DIGEST_LENGTH: Readonly<Record<string, number>> = { sha256: 64, sha384: 96, sha512: 128 };

function digestFits(digest: string): boolean {
  const [algorithm = '', hex = ''] = digest.split(':');
  return Object.hasOwn(DIGEST_LENGTH, algorithm) && DIGEST_LENGTH[algorithm] === hex.length && !/[A-F]/.test(hex);
}

/**
 * The image with the domain and the `library/` that short names leave out: a name is only valid as a whole
 * (splitDockerDomain).
 */
function normalized(image: string): string {
  const slash = image.indexOf('/');
  if (slash < 0) return `docker.io/library/${image}`;
  const first = image.slice(0, slash);
  const isDomain = /[.:]/.test(first) || first === 'localhost' || first.toLowerCase() !== first;
  return isDomain ? image : `docker.io/${image}`;
}

/**
 * The tag of an image, `latest` when it names neither tag nor digest, and '' when the image cannot be read.
 *
 * @example
 * imageTag('registry.example:5000/web') // 'latest'
 */
export function imageTag(image: string): string {
  if (IDENTIFIER.test(image)) return '';
  const groups = REFERENCE.exec(normalized(image))?.groups;
  if (!groups) return '';
  const { path = '', tag = '', digest = '' } = groups;
  if (path.length > MAX_PATH || (digest !== '' && !digestFits(digest))) return '';
  return tag === '' && digest === '' ? 'latest' : tag;
}

/** Images without a fixed tag are pulled every time (SetDefaults_Container). */
export function defaultPullPolicy(image: string): 'Always' | 'IfNotPresent' {
  return imageTag(image) === 'latest' ? 'Always' : 'IfNotPresent';
}
