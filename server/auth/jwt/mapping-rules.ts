/** Rules of claim mappings and validation rules, and their expressions compiled. */
import { domainPrefixedPathProblems } from '../../kube/domain-path.ts';
import { duplicate, type FieldProblem, invalid, required } from '../../kube/field-problem.ts';
import type { ClaimValidationRule, JwtConfiguration, PrefixedClaimOrExpression } from './configuration.ts';
import { asksFor, compileExpression, type Expression, type Subject } from './expressions.ts';
import type { Mappings, Validation } from './mappings.ts';

const BOTH = "claim and expression can't both be set";

/**
 * @param path of the authenticator: `jwt[0]`
 * @param problems grows
 */
export function compileMappings(
  { claimMappings, claimValidationRules = [], userValidationRules = [] }: JwtConfiguration,
  path: string,
  problems: FieldProblem[],
): Mappings {
  const compiler = new RuleCompiler(problems);
  const validations = compiler.claimRules(claimValidationRules, `${path}.claimValidationRules`);
  const mappings = compiler.mappings(claimMappings, `${path}.claimMappings`);
  const { username } = mappings;
  const verifying = [username, ...mappings.extra, ...validations].map(({ expression }) => expression);
  if (username?.expression && asksFor(username.expression, 'email')) {
    if (!verifying.some((expression) => expression && asksFor(expression, 'email_verified'))) {
      const field = `${path}.claimMappings.username.expression`;
      problems.push(invalid(field, claimMappings.username.expression, UNVERIFIED));
    }
  }
  const userValidations = compiler.userRules(userValidationRules, `${path}.userValidationRules`);
  return { ...mappings, validations, userValidations };
}

const UNVERIFIED =
  'claims.email_verified must be used in claimMappings.username.expression or ' +
  'claimMappings.extra[*].valueExpression or claimValidationRules[*].expression when claims.email is used in ' +
  'claimMappings.username.expression';

class RuleCompiler {
  readonly #problems: FieldProblem[];

  constructor(problems: FieldProblem[]) {
    this.#problems = problems;
  }

  claimRules(rules: readonly ClaimValidationRule[], path: string): Validation[] {
    const isRepeated = (index: number, field: 'claim' | 'expression'): boolean =>
      rules.slice(0, index).some((other) => other[field] === rules[index]?.[field]);
    return rules.flatMap((rule, index): Validation[] => {
      const field = `${path}[${index}]`;
      const { claim = '', expression = '', requiredValue = '', message = '' } = rule;
      if (claim !== '' && expression !== '') this.#problems.push(invalid(field, claim, BOTH));
      else if (claim !== '') {
        if (message !== '')
          this.#problems.push(invalid(`${field}.message`, message, 'may not be specified when claim is set'));
        if (isRepeated(index, 'claim')) this.#problems.push(duplicate(`${field}.claim`, claim));
        return [{ claim, requiredValue }];
      } else if (expression !== '') {
        const detail = 'may not be specified when expression is set';
        if (requiredValue !== '') this.#problems.push(invalid(`${field}.requiredValue`, requiredValue, detail));
        if (isRepeated(index, 'expression')) {
          this.#problems.push(duplicate(`${field}.expression`, expression));
          return [];
        }
        const compiled = this.#compile(expression, 'claims', `${field}.expression`, 'bool');
        return compiled ? [{ expression: compiled, message }] : [];
      } else this.#problems.push(required(field, 'claim or expression is required'));
      return [];
    });
  }

  userRules(rules: NonNullable<JwtConfiguration['userValidationRules']>, path: string): Mappings['userValidations'] {
    return rules.flatMap(({ expression = '', message = '' }, index) => {
      const field = `${path}[${index}].expression`;
      if (expression === '') this.#problems.push(required(field));
      else if (rules.slice(0, index).some((other) => other.expression === expression)) {
        this.#problems.push(duplicate(field, expression));
      } else {
        const compiled = this.#compile(expression, 'user', field, 'bool');
        if (compiled) return [{ expression: compiled, message }];
      }
      return [];
    });
  }

  mappings(
    { username, groups = {}, uid = {}, extra = [] }: JwtConfiguration['claimMappings'],
    path: string,
  ): Omit<Mappings, 'validations' | 'userValidations'> {
    const mappedName = this.#prefixed(username, `${path}.username`, true);
    const mappedGroups = this.#prefixed(groups, `${path}.groups`, false);
    if (uid.claim && uid.expression) this.#problems.push(invalid(`${path}.uid`, '', BOTH));
    const uidExpression =
      uid.expression && !uid.claim ? this.#compile(uid.expression, 'claims', `${path}.uid.expression`) : undefined;
    return {
      username: mappedName,
      groups: mappedGroups,
      uid: { ...(uid.claim && { claim: uid.claim }), ...(uidExpression && { expression: uidExpression }) },
      extra: this.#extra(extra, `${path}.extra`),
    };
  }

  #prefixed(
    { claim = '', expression = '', prefix }: PrefixedClaimOrExpression,
    path: string,
    isRequired: boolean,
  ): Mappings['username'] {
    if (claim !== '' && expression !== '') this.#problems.push(invalid(path, '', BOTH));
    else if (expression !== '') {
      const detail = 'may not be specified when expression is set';
      if (prefix !== undefined) this.#problems.push(invalid(`${path}.prefix`, prefix, detail));
      const compiled = this.#compile(expression, 'claims', `${path}.expression`);
      return compiled ? { expression: compiled } : {};
    } else if (claim !== '') {
      const detail = 'prefix is required when claim is set. It can be set to an empty string to disable prefixing';
      if (prefix === undefined) this.#problems.push(required(`${path}.prefix`, detail));
      return { claim, prefix: prefix ?? '' };
    } else if (isRequired) this.#problems.push(required(path, 'claim or expression is required'));
    return {};
  }

  #extra(
    extra: readonly { readonly key: string; readonly valueExpression: string }[],
    path: string,
  ): Mappings['extra'] {
    return extra.flatMap(({ key = '', valueExpression = '' }, index) => {
      const field = `${path}[${index}].key`;
      this.#problems.push(...domainPrefixedPathProblems(field, key));
      if (key !== key.toLowerCase()) this.#problems.push(invalid(field, key, 'must be lowercase'));
      if (/^([^/]*\.)?(kubernetes|k8s)\.io\//.test(key)) {
        const detail = 'k8s.io, kubernetes.io and their subdomains are reserved for Kubernetes use';
        this.#problems.push(invalid(field, key, detail));
      }
      const valueField = `${path}[${index}].valueExpression`;
      if (extra.slice(0, index).some((other) => other.key === key)) this.#problems.push(duplicate(field, key));
      else if (valueExpression === '') this.#problems.push(required(valueField));
      else {
        const expression = this.#compile(valueExpression, 'claims', valueField);
        if (expression) return [{ key, expression }];
      }
      return [];
    });
  }

  #compile(text: string, subject: Subject, field: string, wanted?: 'bool'): Expression | undefined {
    const compiled = compileExpression(text, subject, wanted);
    if (typeof compiled !== 'string') return compiled;
    this.#problems.push(invalid(field, text, compiled));
    return undefined;
  }
}
