/** Keys that a text has twice in one map, in the words of go-yaml's strict decoder. */
import { countKeys, measureJson } from '../schema/json-text.ts';

/** All of them as one message. */
export const repeatedKeysMessage = (problems: readonly string[]): string =>
  ['error converting YAML to JSON: yaml: unmarshal errors:', ...problems.map((text) => `  ${text}`)].join('\n');

/** Whether a text is JSON without such keys, which nearly all are: counting is quick. */
function isCleanJson(text: string): boolean {
  if (!text.startsWith('{')) return false;
  try {
    return measureJson(text).keys === countKeys(JSON.parse(text));
  } catch {
    return false;
  }
}

/** One text for each. */
export async function repeatedKeyProblems(text: string): Promise<string[]> {
  if (isCleanJson(text)) return [];
  const { repeatedKeys } = await import('./yaml.ts');
  return repeatedKeys(text).map(({ line, key }) => `line ${line}: key ${JSON.stringify(key)} already set in map`);
}
