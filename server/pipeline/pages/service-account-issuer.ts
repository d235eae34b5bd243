/**
 * What others need to check tokens of service accounts themselves: the OpenID discovery document and the keys
 * (pkg/routes/openidmetadata.go).
 */
import { unknownPath } from '../../kube/api-error.ts';
import type { PublishedKeys } from '../identity.ts';
import type { PipelineEnv } from '../pipeline.ts';
import type { ApiRequest, ApiResponse } from '../request.ts';
import { checkRoute } from './accept.ts';
import { exactly } from './file.ts';

/** Where the pages are: with or without a slash at the end, and nothing below. */
export const ISSUER_PATHS = ['/.well-known/openid-configuration', '/openid/v1/jwks'] as const;

type IssuerPath = (typeof ISSUER_PATHS)[number];

const MEDIA_TYPES: Readonly<Record<IssuerPath, string>> = {
  '/.well-known/openid-configuration': 'application/json',
  '/openid/v1/jwks': 'application/jwk-set+json',
};

/** GET /.well-known/openid-configuration and GET /openid/v1/jwks. */
export function serviceAccountIssuerPage(request: ApiRequest, env: PipelineEnv): ApiResponse | undefined {
  const { path } = request.info;
  const found = ISSUER_PATHS.find((known) => path === known || path.startsWith(`${known}/`));
  if (found === undefined || !env.publishedKeys) return undefined;
  if (path.length > found.length + 1) throw unknownPath();
  const mediaType = MEDIA_TYPES[found];
  checkRoute(request, [mediaType]);
  const bytes = Buffer.from(
    JSON.stringify(documentOf(found, env.publishedKeys, `${env.serverAddress()}${request.prefix ?? ''}`)),
  );
  return exactly(
    200,
    { 'cache-control': 'public, max-age=3600', 'content-type': mediaType, 'content-length': String(bytes.length) },
    bytes,
  );
}

/** @param address where the API begins */
function documentOf(path: IssuerPath, issuer: PublishedKeys, address: string): object {
  const published = issuer.keys();
  if (path === '/openid/v1/jwks') return { keys: published };
  return {
    issuer: issuer.issuer,
    jwks_uri: `https://${address}/openid/v1/jwks`,
    response_types_supported: ['id_token'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: [...new Set(published.map(({ alg }) => alg))].sort(),
  };
}
