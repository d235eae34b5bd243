/** Rules of the names that a custom resource definition gives its resource. */
import type { Frozen } from '../../base/freeze.ts';
import { type FieldProblem, invalid } from '../../kube/field-problem.ts';
import { dns1035Problems } from '../../kube/names.ts';
import type { CustomResourceDefinitionNames } from '../../kube/types.gen.ts';

/** Rules of names that are there (ValidateCustomResourceDefinitionNames); those of the spec have to be. */
export function definitionNameProblems(names: Frozen<CustomResourceDefinitionNames>, path: string): FieldProblem[] {
  const { plural, singular = '', kind, listKind = '', shortNames = [], categories = [] } = names;
  const problems: FieldProblem[] = [];
  const check = (field: string, text: string, value = text, intro = ''): void => {
    const details = text === '' ? [] : dns1035Problems(text);
    if (details.length > 0) problems.push(invalid(`${path}.${field}`, value, `${intro}${details.join(',')}`));
  };
  const mixed = 'may have mixed case, but should otherwise match: ';
  check('plural', plural);
  check('singular', singular);
  check('kind', kind.toLowerCase(), kind, mixed);
  check('listKind', listKind.toLowerCase(), listKind, mixed);
  const checkEach = (field: string, texts: readonly string[]): void => {
    texts.forEach((text, i) => {
      const details = dns1035Problems(text);
      if (details.length > 0) problems.push(invalid(`${path}.${field}[${i}]`, text, details.join(',')));
    });
  };
  checkEach('shortNames', shortNames);
  if (kind !== '' && kind === listKind) {
    problems.push(invalid(`${path}.listKind`, listKind, 'kind and listKind may not be the same'));
  }
  checkEach('categories', categories);
  return problems;
}
