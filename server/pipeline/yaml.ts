/** YAML as Kubernetes reads it: version 1.1 scalars, except that times and sexagesimal numbers stay text. */
import { parseDocument, type ScalarTag, type Tags } from 'yaml';
import { LIMITS } from '../kube/limits.ts';

const WITHOUT = new Set(['tag:yaml.org,2002:timestamp', 'TIME', 'tag:yaml.org,2002:binary', 'tag:yaml.org,2002:set', 'tag:yaml.org,2002:omap']);

/** go-yaml reads both 017 and 0o17 as octal. */
const OCTAL: ScalarTag = {
  tag: 'tag:yaml.org,2002:int',
  default: true,
  test: /^[-+]?0o[0-7_]+$/,
  resolve: (text: string) => Number.parseInt(text.replace('0o', '').replaceAll('_', ''), 8),
};

function tags(all: Tags): Tags {
  const kept = all.filter((tag) => typeof tag === 'string' || !(WITHOUT.has(tag.tag) || ('format' in tag && WITHOUT.has(String(tag.format)))));
  return [OCTAL, ...kept];
}

/**
 * The JSON value of one YAML document.
 *
 * @throws Error with a message that begins like go-yaml's
 */
export function parseYaml(text: string): unknown {
  const document = parseDocument(text, { version: '1.1', customTags: tags, uniqueKeys: false, merge: true, prettyErrors: false });
  const [error] = document.errors;
  if (error) throw new Error(goMessage(error.code, error.message, text, error.pos[0]));
  return document.toJS({ maxAliasCount: LIMITS.yamlAliases });
}

/** go-yaml's words for what the parser found, with the line where it is not the first. */
function goMessage(code: string, message: string, text: string, position: number): string {
  const line = text.slice(0, position).split('\n').length;
  const at = line > 1 ? `line ${line}: ` : '';
  if (code === 'BLOCK_AS_IMPLICIT_KEY') return `${at}mapping values are not allowed in this context`;
  return at + message;
}
