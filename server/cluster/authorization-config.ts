import type { NamedAuthorizer } from '../auth/authorizers.ts';
import type { AuthorizationParts } from './authorization.ts';

export function readAuthorizationConfig(_file: string, _parts: AuthorizationParts): readonly NamedAuthorizer[] {
  throw new Error('not yet');
}
