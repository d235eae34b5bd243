/** Reads configuration files in upstream's formats. What is wrong is told with file, line and field. */
import { readFileSync } from 'node:fs';
import type { Document, LineCounter } from 'yaml';
import type { FieldProblem } from '../kube/field-problem.ts';
import { parseYaml, parseYamlDocuments, repeatedKeys } from '../pipeline/yaml.ts';

export interface ConfigFile {
  readonly value: unknown;
  /** An error with a line for each problem: `auth.yaml:5: jwt[0].issuer.url: Required value`. */
  readonly located: (problems: readonly FieldProblem[]) => Error;
}

/** @throws Error for what is no YAML */
export function readConfigFile(file: string): ConfigFile {
  const text = readFileSync(file, 'utf8');
  let value: unknown;
  try {
    value = parseYaml(text);
  } catch (error) {
    throw new Error(`${file}: ${(error as Error).message}`);
  }
  const [repeated] = repeatedKeys(text);
  if (repeated) throw new Error(`${file}:${repeated.line}: ${repeated.key}: it stands there already`);
  const { documents, lines } = parseYamlDocuments(text);
  const [document, second] = documents;
  if (second) throw new Error(`${file}: it has to be one document`);
  return {
    value,
    located: (problems) =>
      new Error(problems.map((problem) => `${file}:${lineOf(problem, document, lines)}: ${told(problem)}`).join('\n')),
  };
}

const told = ({ field, message }: FieldProblem): string => (field === '' ? message : `${field}: ${message}`);

/** Where a field stands, or what it would have to stand in. */
function lineOf({ field }: FieldProblem, document: Document | undefined, lines: LineCounter): number {
  const path = [...field.matchAll(/\[(\d+)\]|[^.[\]]+/g)].map(([name, index]) =>
    index === undefined ? name : Number(index),
  );
  for (let length = path.length; length > 0; length--) {
    const node = document?.getIn(path.slice(0, length), true) as { range?: [number, number, number] } | undefined;
    if (node?.range) return lines.linePos(node.range[0]).line;
  }
  return 1;
}
