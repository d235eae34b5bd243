/** AuthenticationConfiguration of apiserver.config.k8s.io/v1: which tokens of other issuers a cluster takes. */
import { type FieldProblem, notSupported, required } from '../../kube/field-problem.ts';

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
    readonly extra?: readonly { readonly key: string; readonly valueExpression: string }[];
  };
  readonly userValidationRules?: readonly { readonly expression: string; readonly message?: string }[];
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

const GROUP = 'apiserver.config.k8s.io';
/** They have the same fields. */
const VERSIONS = [`${GROUP}/v1`, `${GROUP}/v1beta1`, `${GROUP}/v1alpha1`];
const KIND = 'AuthenticationConfiguration';

type Shape = 'string' | 'boolean' | readonly [Shape] | { readonly [field: string]: Shape };

const EXPRESSION = { claim: 'string', expression: 'string' } as const;

const SHAPE: Shape = {
  apiVersion: 'string',
  kind: 'string',
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
  const decoded = decode(value, SHAPE, '', problems) as Partial<AuthenticationConfiguration> & {
    readonly apiVersion?: string;
    readonly kind?: string;
  };
  if (problems.length > 0) return problems;
  const { apiVersion, kind, jwt = [], anonymous } = decoded;
  if (apiVersion === undefined) problems.push(required('apiVersion'));
  else if (!VERSIONS.includes(apiVersion)) problems.push(notSupported('apiVersion', apiVersion, VERSIONS));
  if (kind === undefined) problems.push(required('kind'));
  else if (kind !== KIND) problems.push(notSupported('kind', kind, [KIND]));
  if (problems.length > 0) return problems;
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

/** Keeps what has the right form and is not null; everything else is a problem. */
function decode(value: unknown, shape: Shape, path: string, problems: FieldProblem[]): unknown {
  const misfit = (wanted: string): undefined => {
    problems.push({ field: path, reason: 'FieldValueTypeInvalid', message: `it has to be ${wanted}` });
    return undefined;
  };
  if (shape === 'string') return typeof value === 'string' ? value : misfit('a string');
  if (shape === 'boolean') return typeof value === 'boolean' ? value : misfit('true or false');
  if (isList(shape)) {
    if (!Array.isArray(value)) return misfit('a list');
    return value.map((item: unknown, index) => decode(item, shape[0], `${path}[${index}]`, problems));
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return misfit('a mapping');
  const object: Record<string, unknown> = {};
  for (const [name, inner] of Object.entries(value)) {
    const field = path === '' ? name : `${path}.${name}`;
    const known = Object.hasOwn(shape, name) ? shape[name] : undefined;
    if (known === undefined) problems.push({ field, reason: 'FieldValueForbidden', message: 'unknown field' });
    else if (inner !== null) object[name] = decode(inner, known, field, problems);
  }
  return object;
}

const isList = (shape: Shape): shape is readonly [Shape] => Array.isArray(shape);
