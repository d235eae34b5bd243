/** YAML of annotations, scripts and templates. Most clusters see none: the library is read when it is needed. */
import { parse, stringify } from 'yaml';

/** @throws YAMLParseError */
export function parseYamlText(text: string): unknown {
  return parse(text);
}

export function yamlText(value: unknown): string {
  return stringify(value);
}
