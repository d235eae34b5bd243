/** How a spec ended, as the suite tells it. */
export interface Ended {
  readonly name: string;
  /** Ginkgo's word: `passed`, `failed`, `timedout`, `panicked`, `skipped`, `interrupted`, `aborted`. */
  readonly state: string;
  readonly seconds: number;
  /** The failure, and those that followed it. */
  readonly messages: readonly string[];
  /** What the spec said that it does, last. */
  readonly step: string;
}

/** What is recorded of a spec. */
export interface Outcome {
  readonly name: string;
  readonly result: 'passed' | 'failed' | 'skipped' | 'not run';
  /** In one line; absent for what passed and what was not run. */
  readonly why?: string;
}

/** What the runner knows and the page must not name: it differs from run to run. */
export interface Surroundings {
  /** Of the cluster's files and of programs. */
  readonly folders: readonly string[];
  readonly url: string;
  readonly specTimeout: string;
}

const CHARACTERS_MAX = 240;
/** A matcher's first line may say no more than `Expected`: then the next lines belong to it. */
const CHARACTERS_ENOUGH = 40;
/** How Ginkgo introduces what a spec said when its time was up. */
const TIMEOUT_PREAMBLE = /^A spec timeout occurred and then .*:\n/;

/** Names that specs and the API make up, times, addresses of objects in memory, and where Go keeps sources. */
const CHANGING: readonly (readonly [RegExp, string])[] = [
  [/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, '…'],
  [/\/\S*\/pkg\/mod\//g, ''],
  [/\b0x[0-9a-f]{6,}\b/g, '0x…'],
  [/(\d+)\.\d+s\b/g, '$1s'],
  [/(?<=[a-z])-\d{3,}(?!\d*\.)/g, '-…'],
  [/(?<=[a-z0-9])-(?=[a-z]*\d)[bcdfghjklmnpqrstvwxz2456789]{5}\b/g, '-…'],
  [/\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d[^\s",)}]*/g, '…'],
];

function firstLine(message: string): string {
  let text = '';
  for (const line of message.replace(TIMEOUT_PREAMBLE, '').split('\n')) {
    text = `${text} ${line.trim()}`.trim();
    if (text.length >= CHARACTERS_ENOUGH && !text.endsWith(':')) break;
  }
  const characters = Array.from(text);
  return characters.length > CHARACTERS_MAX ? `${characters.slice(0, CHARACTERS_MAX).join('')}…` : text;
}

function steady(text: string, { folders, url }: Surroundings): string {
  const withoutFolders = folders.reduce((left, folder) => left.replaceAll(`${folder}/`, ''), text);
  const known = withoutFolders.replaceAll(url, 'https://…').replaceAll(new URL(url).host, '…');
  return CHANGING.reduce((changed, [pattern, by]) => changed.replace(pattern, by), known);
}

/** `undefined` for what somebody interrupted: that says nothing about the spec. */
export function outcomeOf({ name, state, messages, step }: Ended, surroundings: Surroundings): Outcome | undefined {
  const [first = state, second] = messages.map((message) => firstLine(steady(message, surroundings)));
  const waitedFor = second ?? firstLine(steady(step, surroundings));
  switch (state) {
    case 'passed':
      return { name, result: 'passed' };
    case 'skipped':
      return { name, result: 'skipped', why: first };
    case 'timedout':
      return { name, result: 'failed', why: `no end within ${surroundings.specTimeout}: ${waitedFor}` };
    case 'interrupted':
    case 'aborted':
      return undefined;
    default:
      return { name, result: 'failed', why: first };
  }
}
