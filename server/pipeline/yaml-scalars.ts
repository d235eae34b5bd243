/** Plain scalars as go-yaml resolves them: the rules of YAML 1.1 with what it adds and leaves out. */
import type { ScalarTag, Tags } from 'yaml';

const NULL = 'tag:yaml.org,2002:null';
const BOOL = 'tag:yaml.org,2002:bool';
const INT = 'tag:yaml.org,2002:int';
const FLOAT = 'tag:yaml.org,2002:float';
const BINARY = 'tag:yaml.org,2002:binary';

/** Everything else stays text: times, numbers in base 60. */
const KEPT = new Set(['tag:yaml.org,2002:map', 'tag:yaml.org,2002:seq', 'tag:yaml.org,2002:str']);

/** strconv.ParseInt with base 0, after go-yaml took the underscores out; undefined for what is no number. */
function integer(text: string): number | undefined {
  const plain = text.replaceAll('_', '');
  const sign = plain.startsWith('-') ? -1 : 1;
  const digits = plain.replace(/^[-+]/, '').replace(/^0([0-7]+)$/, '0o$1');
  // A leading zero and digits that are not octal: no integer, but a float.
  if (!/^(0[bB][01]+|0[oO][0-7]+|0[xX][0-9a-fA-F]+|0|[1-9]\d*)$/.test(digits)) return undefined;
  return sign * Number(digits);
}

/** A float, or the text when it is none or too large. */
function float(text: string): number | string {
  const plain = text.replaceAll('_', '');
  if (/^[-+]?\.inf$/i.test(plain)) return plain.startsWith('-') ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  if (/^\.nan$/i.test(plain)) return Number.NaN;
  const value = Number(plain);
  return Number.isFinite(value) ? value : text;
}

const TAGS: readonly ScalarTag[] = [
  { tag: NULL, default: true, test: /^(~|null|Null|NULL)?$/, resolve: () => null },
  {
    tag: BOOL,
    default: true,
    test: /^(y|Y|yes|Yes|YES|on|On|ON|true|True|TRUE|n|N|no|No|NO|off|Off|OFF|false|False|FALSE)$/,
    resolve: (text) => /^(y|on|t)/i.test(text) && !/^off/i.test(text),
  },
  {
    tag: INT,
    default: true,
    test: /^[-+]?(0[bB][01_]+|0[oO][0-7_]+|0[xX][0-9a-fA-F_]+|[0-9][0-9_]*)$/,
    resolve: (text) => integer(text) ?? float(text),
  },
  {
    tag: FLOAT,
    default: true,
    test: /^([-+]?(\.[0-9]+|[0-9][0-9_]*(\.[0-9_]*)?)([eE][-+]?[0-9_]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN))$/,
    resolve: float,
  },
  { tag: BINARY, resolve: (text) => Buffer.from(text, 'base64').toString() },
];

const BOOL_V3 = /^(true|True|TRUE|false|False|FALSE)$/;

/** Version 3 of the library leaves `yes`, `on` and `y` texts. */
const TAGS_V3 = TAGS.map((tag) => (tag.tag === BOOL ? { ...tag, test: BOOL_V3 } : tag));

const withCollections = (all: Tags, tags: readonly ScalarTag[]): Tags => [
  ...all.filter((tag) => typeof tag !== 'string' && KEPT.has(tag.tag)),
  ...tags,
];

/** The tags of go-yaml, to replace those of the library. */
export function goTags(all: Tags): Tags {
  return withCollections(all, TAGS);
}

/** Those of its version 3, with which kustomize reads objects. */
export function goTagsV3(all: Tags): Tags {
  return withCollections(all, TAGS_V3);
}
