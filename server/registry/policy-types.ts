/** Checks the expressions of policies against the types that they are about: policy/validating/typechecking.go. */
import type { Frozen } from '../base/freeze.ts';
import { parseApiVersion } from '../kube/object.ts';
import type { ExpressionWarning, ValidatingAdmissionPolicy } from '../kube/types.gen.ts';
import { AdmissionCompiler, ExpressionProblem } from '../schema/cel/admission/compiler.ts';
import type { Declaration } from '../schema/cel/types/declaration.ts';
import { schemaDeclaration } from '../schema/cel/types/schema-declaration.ts';
import { typeSchema } from '../schema/cel/types/type-schema.ts';
import type { ResourceInfo } from '../schema/type-table.ts';
import type { Catalog } from './catalog.ts';

type Policy = Frozen<ValidatingAdmissionPolicy>;

const MAX_TYPES = 10;

/**
 * What the types of the objects, or of the parameters, do not have.
 *
 * @example
 * expressionWarnings(policy, catalog)
 * // [{ fieldRef: 'spec.validations[0].expression', warning: '/v1, Kind=Pod: …' }]
 */
export function expressionWarnings({ spec }: Policy, catalog: Catalog): ExpressionWarning[] {
  const { paramKind, variables = [], validations = [] } = spec;
  const params = paramKind && declarationOf(paramInfo(paramKind, catalog));
  const checks = kindsOf(spec.matchConstraints?.resourceRules ?? [], catalog).map((info) => {
    const types = { object: declarationOf(info), params };
    const compiler = new AdmissionCompiler({ params: paramKind !== undefined, composed: true, types });
    for (const { name, expression } of variables) compiler.define(name, expression, { stored: true });
    return { title: `${info.group}/${info.version}, Kind=${info.kind}`, compiler };
  });
  const warnings: ExpressionWarning[] = [];
  const check = (fieldRef: string, text: string): void => {
    const found = checks.flatMap(({ title, compiler }) => {
      const { compiled } = compiler.compile(text, 'unchecked', { stored: true });
      return compiled instanceof ExpressionProblem && !compiled.internal ? `${title}: ${compiled.message}\n` : [];
    });
    if (found.length > 0) warnings.push({ fieldRef, warning: found.join('\n') });
  };
  for (const [i, { expression, messageExpression = '' }] of validations.entries()) {
    check(`spec.validations[${i}].expression`, expression);
    if (messageExpression !== '') check(`spec.validations[${i}].messageExpression`, messageExpression);
  }
  return warnings;
}

type Rules = NonNullable<NonNullable<Policy['spec']['matchConstraints']>['resourceRules']>;

/** The kinds that rules name; of wildcards nothing is known. */
function kindsOf(rules: Rules, catalog: Catalog): ResourceInfo[] {
  const found = new Map<string, ResourceInfo>();
  for (const { apiGroups = [], apiVersions = [], resources = [] } of rules) {
    if ([...apiGroups, ...apiVersions].some((text) => text.includes('*'))) continue;
    let count = 0;
    for (const group of [...apiGroups].sort()) {
      for (const version of [...apiVersions].sort()) {
        for (const resource of resources.filter((text) => !/[*/]/.test(text)).sort()) {
          for (const info of infosOf(group, version, resource, catalog)) {
            found.set(`${info.group}/${info.version}/${info.kind}`, info);
            count += 1;
            if (count === MAX_TYPES) return inOrder(found);
          }
        }
      }
    }
  }
  return inOrder(found);
}

function inOrder(found: ReadonlyMap<string, ResourceInfo>): ResourceInfo[] {
  const key = ({ group, version, kind }: ResourceInfo): string => [group, version, kind].join('\0');
  return [...found.values()].sort((one, other) => (key(one) < key(other) ? -1 : 1));
}

/** Whoever names the core group means any, to upstream's mapper. */
function infosOf(group: string, version: string, resource: string, catalog: Catalog): ResourceInfo[] {
  const groups = catalog.groups.filter((candidate) => group === '' || candidate.group === group);
  return groups.flatMap((candidate) => catalog.lookup(candidate.group, version, resource)?.info ?? []);
}

function paramInfo(
  { apiVersion = '', kind = '' }: NonNullable<Policy['spec']['paramKind']>,
  catalog: Catalog,
): ResourceInfo | undefined {
  const groupVersion = parseApiVersion(apiVersion);
  return groupVersion && catalog.lookupKind(groupVersion.group, groupVersion.version, kind)?.info;
}

/** Undefined, and so dynamic, for kinds that are not there. Upstream adds a number to the name. */
function declarationOf(info: ResourceInfo | undefined): Declaration | undefined {
  return info && schemaDeclaration(typeSchema(info.type), info.kind, true);
}
