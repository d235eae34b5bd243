import type { User } from '../kube/object.ts';

/** A token that is good, with the audiences that it was asked for and has; or why it is not. */
export type TokenResult =
  | {
      readonly user: User;
      readonly audiences: readonly string[];
      /** What whoever sent the token is to be told. */
      readonly warnings?: readonly string[];
    }
  | { readonly problem: string };

/** One kind of bearer tokens. */
export interface TokenAuthenticator {
  /**
   * Whose token this is, if it is good for one of the audiences.
   *
   * @returns undefined for what is no token of this kind
   */
  authenticate(token: string, audiences: readonly string[]): TokenResult | undefined | Promise<TokenResult | undefined>;
}
