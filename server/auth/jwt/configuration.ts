/** AuthenticationConfiguration of apiserver.config.k8s.io/v1: which tokens of other issuers a cluster takes. */
import type { FieldProblem } from '../../kube/field-problem.ts';
import { decodeConfig, type Shape } from '../config-shape.ts';

export interface AuthenticationConfiguration {
  readonly jwt: readonly JwtConfiguration[];
  readonly anonymous?: AnonymousConfiguration;
}

/** Whether requests without credentials are served; with conditions, those for these paths only. */
export interface AnonymousConfiguration {
  readonly enabled: boolean;
  readonly conditions?: readonly { readonly path: string }[];
}

export interface JwtConfiguration {
  readonly issuer: {
    readonly url: string;
    readonly discoveryURL?: string;
    /** PEM; the authorities of the system unless given. */
    readonly certificateAuthority?: string;
    readonly audiences: readonly string[];
    readonly audienceMatchPolicy?: string;
    readonly egressSelectorType?: string;
  };
  readonly claimValidationRules?: readonly ClaimValidationRule[];
  readonly claimMappings: {
    readonly username: PrefixedClaimOrExpression;
    readonly groups?: PrefixedClaimOrExpression;
    readonly uid?: ClaimOrExpression;
    readonly extra?: readonly { readonly key?: string; readonly valueExpression?: string }[];
  };
  readonly userValidationRules?: readonly { readonly expression?: string; readonly message?: string }[];
}

export interface ClaimValidationRule extends ClaimOrExpression {
  readonly requiredValue?: string;
  readonly message?: string;
}

export interface ClaimOrExpression {
  readonly claim?: string;
  readonly expression?: string;
}

export interface PrefixedClaimOrExpression extends ClaimOrExpression {
  readonly prefix?: string;
}

const KIND = 'AuthenticationConfiguration';

const EXPRESSION = { claim: 'string', expression: 'string' } as const;

const SHAPE: Shape = {
  jwt: [
    {
      issuer: {
        url: 'string',
        discoveryURL: 'string',
        certificateAuthority: 'string',
        audiences: ['string'],
        audienceMatchPolicy: 'string',
        egressSelectorType: 'string',
      },
      claimValidationRules: [{ ...EXPRESSION, requiredValue: 'string', message: 'string' }],
      claimMappings: {
        username: { ...EXPRESSION, prefix: 'string' },
        groups: { ...EXPRESSION, prefix: 'string' },
        uid: EXPRESSION,
        extra: [{ key: 'string', valueExpression: 'string' }],
      },
      userValidationRules: [{ expression: 'string', message: 'string' }],
    },
  ],
  anonymous: { enabled: 'boolean', conditions: [{ path: 'string' }] },
};

/** What a file says, or what is wrong with its form. */
export function decodeConfiguration(value: unknown): AuthenticationConfiguration | readonly FieldProblem[] {
  const problems: FieldProblem[] = [];
  const decoded = decodeConfig<Partial<AuthenticationConfiguration>>(value, KIND, SHAPE, problems);
  if (!decoded) return problems;
  const { jwt = [], anonymous } = decoded;
  return {
    jwt: jwt.map(complete),
    ...(anonymous && { anonymous: { ...anonymous, enabled: anonymous.enabled ?? false } }),
  };
}

/** Rules speak of what is missing: here it only has to have a place. */
function complete({ issuer, claimMappings, ...rest }: Partial<JwtConfiguration>): JwtConfiguration {
  const { url = '', audiences = [], ...more }: Partial<JwtConfiguration['issuer']> = issuer ?? {};
  const { username = {}, ...others }: Partial<JwtConfiguration['claimMappings']> = claimMappings ?? {};
  return { ...rest, issuer: { ...more, url, audiences }, claimMappings: { ...others, username } };
}
