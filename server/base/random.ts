import { createHash, randomBytes, randomUUID } from 'node:crypto';

/**
 * The only source of randomness. The same seed gives the same names, uids and choices in the same order.
 *
 * @example
 * random.suffix(5) // 'x7k2p'
 */
export interface Random {
  /** A fraction in [0, 1). */
  fraction(): number;
  /** A version 4 UUID. */
  uuid(): string;
  /** `length` characters of the alphabet of generated names. */
  suffix(length: number): string;
  /**
   * Randomness for one purpose, such as the uid of one object: what others take meanwhile changes nothing of it. Asked
   * for again, the same purpose has another one, the same second time at each run.
   *
   * @example
   * random.of('uid pods/default/web').uuid()
   */
  of(purpose: string): Random;
}

/** No vowels and no 0, 1, 3: k8s.io/apimachinery/pkg/util/rand keeps words out of generated names. */
const ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';

function suffixOf(fraction: () => number, length: number): string {
  let text = '';
  for (let i = 0; i < length; i++) text += ALPHABET.charAt(Math.floor(fraction() * ALPHABET.length));
  return text;
}

const WORD_BYTES = 4;
const POOL_BYTES = 1024 * WORD_BYTES;

/** Unpredictable, from the operating system: asked for many words at once, because each question is slow. */
export function systemRandom(): Random {
  let pool = Buffer.alloc(0);
  let next = 0;
  const fraction = (): number => {
    if (next >= pool.length) {
      pool = randomBytes(POOL_BYTES);
      next = 0;
    }
    const word = pool.readUInt32LE(next);
    next += WORD_BYTES;
    return word / 2 ** 32;
  };
  const random: Random = {
    fraction,
    uuid: () => randomUUID(),
    suffix: (length) => suffixOf(fraction, length),
    of: () => random,
  };
  return random;
}

/** How many purposes are remembered: those of the objects of a large cluster. */
const PURPOSES_MAX = 50_000;

/** How often each purpose was asked for. */
class Purposes {
  #counts = new Map<string, number>();
  /** How often all of them were forgotten: what comes later differs from everything before. */
  #age = 0;

  /** @returns a text that no other call has got */
  next(purpose: string): string {
    if (this.#counts.size >= PURPOSES_MAX) {
      this.#counts = new Map();
      this.#age++;
    }
    const count = this.#counts.get(purpose) ?? 0;
    this.#counts.set(purpose, count + 1);
    return `${purpose}\n${this.#age} ${count}`;
  }
}

/** Repeatable: the same seed gives the same, whichever process asks. */
export function seededRandom(seed: number): Random {
  return streamOf(`fauxkube seed ${seed}`);
}

/** sfc32 (Small Fast Counter), seeded from a hash of `seed` when it is first asked for something. */
function streamOf(seed: string): Random {
  const purposes = new Purposes();
  let stream: Omit<Random, 'of'> | undefined;
  const begun = (): Omit<Random, 'of'> => {
    stream ??= begin(seed);
    return stream;
  };
  return {
    fraction: () => begun().fraction(),
    uuid: () => begun().uuid(),
    suffix: (length) => begun().suffix(length),
    of: (purpose) => streamOf(`${seed}\n${purposes.next(purpose)}`),
  };
}

function begin(seed: string): Omit<Random, 'of'> {
  const digest = createHash('sha256').update(seed).digest();
  let a = digest.readUInt32LE(0);
  let b = digest.readUInt32LE(4);
  let c = digest.readUInt32LE(8);
  let counter = 1;
  const next = (): number => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return sum >>> 0;
  };
  const fraction = (): number => next() / 2 ** 32;
  return {
    fraction,
    uuid() {
      const hex = [next(), next(), next(), next()].map((word) => word.toString(16).padStart(8, '0')).join('');
      const variant = '89ab'.charAt(next() & 3);
      const tail = `${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20)}`;
      return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${tail}`;
    },
    suffix: (length) => suffixOf(fraction, length),
  };
}
