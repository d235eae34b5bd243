/** Rules for the environment variables of containers. */
import type { Frozen } from '../../base/freeze.ts';
import { type FieldProblem, invalid, required } from '../../kube/field-problem.ts';
import { configKeyProblems, dnsLabelProblems, dnsSubdomainProblems } from '../../kube/names.ts';
import type { EnvFromSource, EnvVar, EnvVarSource, FileKeySelector } from '../../kube/types.gen.ts';
import { backstepProblems } from './path-rules.ts';
import { ENV_FIELDS, fieldRefProblems, resourceFieldProblems } from './pod-spec-rules-fields.ts';

const PRINTABLE = /^[\x20-\x7e]*$/;
const NAME_RULE = "a valid environment variable name must consist only of printable ASCII characters other than '='";
const ONE_OF = 'must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`';
const ONLY_ONE = 'may not have more than one field specified at a time';

/** IsRelaxedEnvVarName. */
function variableNameProblems(name: string): string[] {
  if (name === '') return ['environment variable name must be non-empty'];
  return PRINTABLE.test(name) && !name.includes('=') ? [] : [NAME_RULE];
}

type Key = Frozen<{ name?: string; key: string }>;

/** A key of a config map or a secret. */
function keyProblems({ name = '', key }: Key, path: string): FieldProblem[] {
  const problems = dnsSubdomainProblems(name).map((detail) => invalid(`${path}.name`, name, detail));
  if (key === '') return [...problems, required(`${path}.key`)];
  return [...problems, ...configKeyProblems(key).map((detail) => invalid(`${path}.key`, key, detail))];
}

function fileKeyProblems({ key, volumeName, path: target }: Frozen<FileKeySelector>, path: string): FieldProblem[] {
  const check = (field: string, text: string, problems: FieldProblem[]): FieldProblem[] =>
    text === '' ? [required(`${path}.${field}`)] : problems;
  const details = (field: string, text: string, texts: string[]): FieldProblem[] =>
    texts.map((detail) => invalid(`${path}.${field}`, text, detail));
  return [
    ...check('key', key, details('key', key, variableNameProblems(key))),
    ...check('volumeName', volumeName, details('volumeName', volumeName, dnsLabelProblems(volumeName))),
    ...check('path', target, backstepProblems(`${path}.path`, target)),
  ];
}

function valueFromProblems({ value = '' }: Frozen<EnvVar>, from: Frozen<EnvVarSource>, path: string): FieldProblem[] {
  const { fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef, fileKeyRef } = from;
  const problems = [
    ...(fieldRef ? fieldRefProblems(fieldRef, `${path}.fieldRef`, ENV_FIELDS) : []),
    ...(resourceFieldRef ? resourceFieldProblems(resourceFieldRef, `${path}.resourceFieldRef`, false) : []),
    ...(configMapKeyRef ? keyProblems(configMapKeyRef, `${path}.configMapKeyRef`) : []),
    ...(secretKeyRef ? keyProblems(secretKeyRef, `${path}.secretKeyRef`) : []),
    ...(fileKeyRef ? fileKeyProblems(fileKeyRef, `${path}.fileKeyRef`) : []),
  ];
  const count = [fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef, fileKeyRef].filter(Boolean).length;
  if (count === 0) problems.push(invalid(path, '', ONE_OF));
  else if (value !== '') problems.push(invalid(path, '', 'may not be specified when `value` is not empty'));
  else if (count > 1) problems.push(invalid(path, '', ONLY_ONE));
  return problems;
}

/** Rules for `env`. */
export function envProblems(variables: Frozen<EnvVar[]>, path: string): FieldProblem[] {
  return variables.flatMap((variable, i) => {
    const at = `${path}[${i}]`;
    const { name, valueFrom } = variable;
    const problems =
      name === ''
        ? [required(`${at}.name`)]
        : variableNameProblems(name).map((detail) => invalid(`${at}.name`, name, detail));
    return valueFrom ? [...problems, ...valueFromProblems(variable, valueFrom, `${at}.valueFrom`)] : problems;
  });
}

function referenceProblems(reference: Frozen<{ name?: string }> | undefined, path: string): FieldProblem[] {
  if (!reference) return [];
  const { name = '' } = reference;
  if (name === '') return [required(`${path}.name`)];
  // Upstream takes the name for a prefix, which may end in a dash.
  const checked = name.length > 1 && name.endsWith('-') ? `${name.slice(0, -2)}a` : name;
  return dnsSubdomainProblems(checked).map((detail) => invalid(`${path}.name`, name, detail));
}

/** Rules for `envFrom`. */
export function envFromProblems(sources: Frozen<EnvFromSource[]>, path: string): FieldProblem[] {
  return sources.flatMap(({ prefix = '', configMapRef, secretRef }, i) => {
    const at = `${path}[${i}]`;
    const problems = (prefix === '' ? [] : variableNameProblems(prefix)).map((detail) =>
      invalid(`${at}.prefix`, prefix, detail),
    );
    problems.push(
      ...referenceProblems(configMapRef, `${at}.configMapRef`),
      ...referenceProblems(secretRef, `${at}.secretRef`),
    );
    if (!configMapRef && !secretRef)
      problems.push(invalid(path, '', 'must specify one of: `configMapRef` or `secretRef`'));
    else if (configMapRef && secretRef) problems.push(invalid(path, '', ONLY_ONE));
    return problems;
  });
}
