/** Which of the files about images counts for an image. */
import { ANY_IMAGE, type ImageFamily } from './image-family.ts';
import { namesOfImage, parseImage } from './image-reference.ts';

interface Matcher {
  readonly pattern: RegExp;
  readonly weight: number;
  readonly family: ImageFamily;
}

/** `nginx-*` as what a name of an image, with its tag, has to be. */
function matcherOf(pattern: string, family: ImageFamily): Matcher {
  const hasTag = /:[^/]*$/.test(pattern);
  const text = pattern
    .split(/(\*\*|\*)/)
    .map((part) => (part === '**' ? '.*' : part === '*' ? '[^/:@]*' : part.replace(/[.+?^${}()|[\]\\]/g, '\\$&')))
    .join('');
  const before = pattern.includes('/') || pattern === '**' ? '' : '(?:.*/)?';
  const after = hasTag ? '(?:@.*)?' : '(?::[^/@]*)?(?:@.*)?';
  const weight = (hasTag ? 4 : 0) + (pattern.includes('/') ? 2 : 0) + (pattern.includes('*') ? 0 : 1);
  return { pattern: new RegExp(`^${before}${text}${after}$`), weight, family };
}

const REMEMBERED = 1000;
const PATTERNS_SHOWN = 10;

/** Finds what an image does. Those that say more exactly which images they mean come first, then earlier ones. */
export class ImageFamilies {
  readonly #families: readonly ImageFamily[];
  readonly #matchers: readonly Matcher[];
  readonly #found = new Map<string, ImageFamily>();

  constructor(families: readonly ImageFamily[]) {
    const matchers = families.flatMap((family) => family.images.map((pattern) => matcherOf(pattern, family)));
    this.#families = families;
    this.#matchers = matchers.sort((a, b) => b.weight - a.weight);
  }

  of(image: string): ImageFamily {
    const known = this.#found.get(image);
    if (known) return known;
    const names = namesOfImage(image);
    const matcher = this.#matchers.find(({ pattern }) => names.some((name) => pattern.test(name)));
    const family = matcher?.family ?? ANY_IMAGE;
    // Whoever makes names up without end shall not fill the memory.
    if (this.#found.size >= REMEMBERED) this.#found.clear();
    this.#found.set(image, family);
    return family;
  }

  /** Why nobody knows the programs of an image, for whoever expected a file of theirs to say it. */
  whyUnknown(image: string): string {
    const family = this.of(image);
    if (family !== ANY_IMAGE) return `${family.file}, which counts for this image, does not say "programs: ours"`;
    const reference = parseImage(image);
    const name = typeof reference === 'string' ? image : reference.text;
    const given = this.#families.filter(({ isGiven }) => isGiven);
    const patterns = given.flatMap(({ images, file }) =>
      images.map((pattern) => `${JSON.stringify(pattern)} (${file})`),
    );
    const more = patterns.length > PATTERNS_SHOWN ? ` and ${patterns.length - PATTERNS_SHOWN} more` : '';
    const shown = patterns.length === 0 ? 'no file' : patterns.slice(0, PATTERNS_SHOWN).join(', ') + more;
    return `no file about images has a pattern for ${name}; --pod-behaviours gives ${shown}`;
  }
}
