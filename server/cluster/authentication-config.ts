/** Reads `--authentication-config`: a file in upstream's format. What is wrong is told with file, line and field. */
import { readFileSync } from 'node:fs';
import type { Document, LineCounter } from 'yaml';
import { type AuthenticationConfiguration, decodeConfiguration } from '../auth/jwt/configuration.ts';
import { JwtAuthenticator, type JwtAuthenticatorOptions } from '../auth/jwt/jwt-authenticator.ts';
import { checkConfiguration } from '../auth/jwt/rules.ts';
import type { FieldProblem } from '../kube/field-problem.ts';
import { parseYaml, parseYamlDocuments, repeatedKeys } from '../pipeline/yaml.ts';

/** What a file says, checked and compiled. */
export interface AuthenticationSettings {
  readonly anonymous: AuthenticationConfiguration['anonymous'];
  /** Those who know the tokens of the issuers, in the order of the file. */
  authenticators(env: Omit<JwtAuthenticatorOptions, 'rules'>): JwtAuthenticator[];
}

/**
 * @param ownIssuers those of the cluster's own tokens, which nobody else may use
 * @throws Error with a line for each problem: `auth.yaml:5: jwt[0].issuer.url: Required value`
 */
export function readAuthenticationConfig(file: string, ownIssuers: readonly string[]): AuthenticationSettings {
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
  const located = (problems: readonly FieldProblem[]): Error =>
    new Error(problems.map((problem) => `${file}:${lineOf(problem, document, lines)}: ${told(problem)}`).join('\n'));
  const configuration = decodeConfiguration(value);
  if (!('jwt' in configuration)) throw located(configuration);
  const jwt = checkConfiguration(configuration, ownIssuers);
  if ('problems' in jwt) throw located(jwt.problems);
  return {
    anonymous: configuration.anonymous,
    authenticators: (env) => jwt.map((rules) => new JwtAuthenticator({ rules, ...env })),
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
