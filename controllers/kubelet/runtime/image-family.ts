import { basename } from 'node:path';
import {
  type CommandAnswer,
  type LogScript,
  parseCommandAnswers,
  parseLogScript,
} from '../../../server/kube/pod-script.ts';
import type { ImageReference } from './image-reference.ts';
import type { ImageFiles } from './machine/image.ts';
import { type Binding, parseBinding } from './outside/bindings.ts';

/**
 * What images of one kind do while nobody says more exactly what a container runs: a file in `fixtures/pods/`.
 *
 * @example
 * images: [busybox-httpd]
 * entrypoint: [httpd, -f]
 * files: {/www/index.html: {text: hello}}
 */
export interface ImageFamily {
  /**
   * Which images: by the last part of their name, or by the whole of it when the pattern has a slash, as containers
   * name it or as a runtime writes it, with or without a tag. `*` is any text of one part, `**` of several.
   */
  readonly images: readonly string[];
  /** The name of the file that says all this. */
  readonly file: string;
  /** Whether somebody has given that file: others come with the package. */
  readonly isGiven: boolean;
  /** Why they cannot be pulled. */
  readonly pull?: keyof typeof PULL_ERRORS;
  /**
   * What they run: the words that an image calls its entrypoint. Of a program that nobody has, what it does: `serve`
   * goes on, also in Jobs; `work` goes on, but is done at once in Jobs.
   */
  readonly entrypoint: 'serve' | 'work' | readonly string[];
  /** Arguments of the entrypoint, unless a container has some. */
  readonly cmd: readonly string[];
  /** Whether they are started only when somebody wants something of them: they do nothing by themselves. */
  readonly onDemand: boolean;
  /** What they hold besides the files of a small system: programs of ours by their names, links and texts. */
  readonly files: ImageFiles;
  /**
   * Which programs there are: `ours` are the simulated ones and nothing else, what is not found does not start; of
   * `unknown` images nobody knows, so that every other program exists too and is taken to do its work; in images with
   * `none` nothing can be executed but their own.
   */
  readonly programs: 'ours' | 'unknown' | 'none';
  /** Programs that the images bring themselves and nobody has here: they go on until they are told to end. */
  readonly own: readonly string[];
  /** What stands before arguments that do not begin with a program. */
  readonly prefix: readonly string[];
  /** What they run for somebody who types, when no command is given. */
  readonly command: readonly string[];
  /** How their own program ends by itself. */
  readonly exit?: { readonly code?: number; readonly afterSeconds?: number };
  /** How it ends when it is told to. */
  readonly stop?: { readonly code?: number; readonly afterSeconds?: number };
  /** What commands answer in them, whether or not anybody has the programs. */
  readonly commands: readonly CommandAnswer[];
  /** What their own program writes where it stands for itself. */
  readonly logs: readonly LogScript[];
  /** What answers HTTP on their ports where no program listens. */
  readonly http: 'echo' | 'none';
  /** Where their program listens besides the ports that containers declare. */
  readonly ports: readonly number[];
  /** Servers that run somewhere and answer at their ports: `8080=http://api:3000`. */
  readonly upstreams: readonly Binding[];
  /** Whether probes are asked of what answers, or are known to succeed. */
  readonly probes: 'ask' | 'succeed';
  /** The user that the image says. */
  readonly user?: number;
  readonly megabytes: number;
}

/** What images do that no file tells of. */
export const ANY_IMAGE: ImageFamily = {
  images: ['**'],
  file: '',
  isGiven: false,
  entrypoint: 'work',
  cmd: [],
  onDemand: false,
  files: {},
  programs: 'unknown',
  own: [],
  prefix: [],
  command: ['sh'],
  commands: [],
  logs: [],
  http: 'echo',
  ports: [],
  upstreams: [],
  probes: 'succeed',
  megabytes: 20,
};

const PULL_ERRORS = {
  notFound: ({ text }: ImageReference) => `code = NotFound desc = ${unresolved(text)}: ${text}: not found`,
  denied: ({ text }: ImageReference) =>
    `code = Unknown desc = ${unresolved(text)}: pull access denied, repository does not exist or may require ` +
    'authorization: server message: insufficient_scope: authorization failed',
  noSuchHost: ({ text, host, path, tag, digest }: ImageReference) =>
    `code = Unknown desc = ${unresolved(text)}: failed to do request: ` +
    `Head "https://${host}/v2/${path}/manifests/${digest || tag}": dial tcp: lookup ${host}: no such host`,
} as const;

const unresolved = (text: string): string =>
  `failed to pull and unpack image "${text}": failed to resolve reference "${text}"`;

/** What containerd says when an image cannot be pulled. */
export function pullError(reason: keyof typeof PULL_ERRORS, image: ImageReference): string {
  return `rpc error: ${PULL_ERRORS[reason](image)}`;
}

type Check = (value: unknown) => boolean;
const oneOf =
  (...values: readonly string[]): Check =>
  (value) =>
    values.includes(String(value));
const isNumber: Check = (value) => typeof value === 'number' && value >= 0;
const isWord: Check = (value) => typeof value === 'string' && value !== '';
const listOf =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(check);
const mapOf =
  (fields: Readonly<Record<string, Check>>): Check =>
  (value) =>
    typeof value === 'object' && value !== null && Object.entries(value).every(([name, part]) => fields[name]?.(part));

const isPath: Check = (value) => typeof value === 'string' && value.startsWith('/');
const isFile: Check = (value) => mapOf({ program: isWord, link: isWord, text: isText, mode: isNumber })(value);
const isBinding: Check = (value) => isWord(value) && typeof parseBinding(String(value)) !== 'string';
const isText: Check = (value) => typeof value === 'string';
const isFiles: Check = (value) =>
  typeof value === 'object' &&
  value !== null &&
  Object.entries(value).every(([path, file]) => isPath(path) && isFile(file));

const parses =
  (parse: (value: unknown) => unknown): Check =>
  (value) => {
    try {
      parse(value);
      return true;
    } catch {
      return false;
    }
  };

const FIELDS: Readonly<
  Record<Exclude<keyof ImageFamily, 'file' | 'isGiven'>, { readonly check: Check; readonly says: string }>
> = {
  images: { check: listOf(isWord), says: 'a list of patterns' },
  pull: { check: oneOf(...Object.keys(PULL_ERRORS)), says: `one of ${Object.keys(PULL_ERRORS).join(', ')}` },
  entrypoint: {
    check: (value) => listOf(isWord)(value) || oneOf('serve', 'work')(value),
    says: 'serve, work or a list of words',
  },
  cmd: { check: listOf(isWord), says: 'a list of words' },
  onDemand: { check: (value) => typeof value === 'boolean', says: 'true or false' },
  files: { check: isFiles, says: 'files by their paths, each with a program, a link or a text' },
  programs: { check: oneOf('ours', 'unknown', 'none'), says: 'ours, unknown or none' },
  own: { check: listOf(isWord), says: 'a list of names of programs' },
  prefix: { check: listOf(isWord), says: 'a list of words' },
  command: { check: listOf(isWord), says: 'a list of words' },
  commands: { check: parses(parseCommandAnswers), says: 'a list of {command, stdout, stderr, code, afterSeconds}' },
  logs: { check: parses(parseLogScript), says: 'a list of {text, stream, afterSeconds, everySeconds}' },
  exit: { check: mapOf({ code: isNumber, afterSeconds: isNumber }), says: '{code, afterSeconds}' },
  stop: { check: mapOf({ code: isNumber, afterSeconds: isNumber }), says: '{code, afterSeconds}' },
  http: { check: oneOf('echo', 'none'), says: 'echo or none' },
  ports: { check: listOf(isNumber), says: 'a list of numbers' },
  upstreams: { check: listOf(isBinding), says: 'a list of upstreams such as 8080=http://api:3000 or tcp://db:5432' },
  probes: { check: oneOf('ask', 'succeed'), says: 'ask or succeed' },
  user: { check: isNumber, says: 'a number' },
  megabytes: { check: isNumber, says: 'a number' },
};

/** @param isGiven whether it is no file of the package @throws Error that says which field of a file is wrong */
export function parseImageFamily(value: unknown, file: string, isGiven = false): ImageFamily {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Error(`${file}: it has to be a mapping with the patterns of images`);
  for (const [name, part] of Object.entries(value)) {
    const field = Object.hasOwn(FIELDS, name) ? FIELDS[name as keyof typeof FIELDS] : undefined;
    if (!field)
      throw new Error(`${file}: ${name}: there is no such field; there are ${Object.keys(FIELDS).join(', ')}`);
    if (!field.check(part)) throw new Error(`${file}: ${name}: it has to be ${field.says}`);
  }
  const { upstreams: texts = [], ...given } = value as Partial<Omit<ImageFamily, 'upstreams'>> & {
    readonly upstreams?: readonly string[];
  };
  // What is known of an image says also what does not listen in it.
  const http = given.programs === undefined || given.programs === 'unknown' ? 'echo' : 'none';
  const scripts = {
    ...(given.commands && { commands: parseCommandAnswers(given.commands) }),
    ...(given.logs && { logs: parseLogScript(given.logs) }),
  };
  const upstreams = texts.map(parseBinding).filter((binding) => typeof binding !== 'string');
  const family: ImageFamily = {
    ...ANY_IMAGE,
    images: [],
    http,
    ...given,
    ...scripts,
    upstreams,
    file: basename(file),
    isGiven,
  };
  if (family.images.length === 0) throw new Error(`${file}: images: the patterns of images are missing`);
  return family;
}
