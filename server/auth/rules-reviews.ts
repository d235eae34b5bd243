import { badRequest } from '../kube/api-error.ts';
import type { NonResourceRule, ResourceRule, SelfSubjectRulesReview } from '../kube/types.gen.ts';
import type { ResourceDefinition } from '../registry/resource.ts';
import { aggregated } from './aggregated.ts';
import type { RuleResolver } from './rbac.ts';
import type { Rule } from './rbac-rules.ts';

/** Everything that the client may do in a namespace: `kubectl auth can-i --list`. */
export function selfSubjectRulesReviews(resolver: RuleResolver): ResourceDefinition<SelfSubjectRulesReview> {
  return {
    resource: 'selfsubjectrulesreviews.authorization.k8s.io',
    async create({ kind, apiVersion, spec }, { user }) {
      const { namespace = '' } = spec;
      if (namespace === '') throw badRequest('no namespace on request');
      const { rules, incomplete, errors } = resolver.rulesFor(user, namespace);
      const error = aggregated(errors);
      return {
        ...(kind !== undefined && { kind }),
        ...(apiVersion !== undefined && { apiVersion }),
        metadata: {},
        spec: {}, // upstream answers with a new object
        status: {
          resourceRules: rules.filter(({ resources }) => resources?.length).map(resourceRule),
          nonResourceRules: rules.filter(({ nonResourceURLs }) => nonResourceURLs?.length).map(nonResourceRule),
          incomplete,
          ...(error !== '' && { evaluationError: error }),
        },
      };
    },
  };
}

function resourceRule({ verbs, apiGroups = [], resources = [], resourceNames = [] }: Rule): ResourceRule {
  return {
    verbs: [...(verbs ?? [])],
    ...(apiGroups.length > 0 && { apiGroups: [...apiGroups] }),
    resources: [...resources],
    ...(resourceNames.length > 0 && { resourceNames: [...resourceNames] }),
  };
}

function nonResourceRule({ verbs, nonResourceURLs = [] }: Rule): NonResourceRule {
  return { verbs: [...(verbs ?? [])], nonResourceURLs: [...nonResourceURLs] };
}
