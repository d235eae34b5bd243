/** Flags of `fauxkube start` that say how users are known: kube-apiserver's. */
import { readFileSync } from 'node:fs';
import { InvalidArgumentError, type Option } from 'commander';
import type { AuthenticationOptions } from '../cluster/authenticators.ts';

export interface IdentityFlags {
  readonly authenticationConfig?: string;
  readonly anonymousAuth?: boolean;
  readonly enableBootstrapTokenAuth?: boolean;
  readonly requestheaderClientCaFile?: string;
  readonly requestheaderAllowedNames?: string[];
  readonly requestheaderUsernameHeaders?: string[];
  readonly requestheaderUidHeaders?: string[];
  readonly requestheaderGroupHeaders?: string[];
  readonly requestheaderExtraHeadersPrefix?: string[];
}

type List = (text: string, before: string[] | undefined) => string[];

/** @param flag makes an option that is an environment variable too; @param list reads values that may be repeated */
export function identityFlags(flag: (flags: string, description: string) => Option, list: List): Option[] {
  const headers = (name: string, what: string, standard: string): Option =>
    flag(`--requestheader-${name} <list>`, `${what}: ${standard} unless given`).argParser(list);
  return [
    flag('--authentication-config <file>', 'AuthenticationConfiguration: tokens of other issuers, and anonymous users'),
    flag(
      '--anonymous-auth <bool>',
      'serve requests without credentials as system:anonymous: true unless given',
    ).argParser(truth),
    flag('--enable-bootstrap-token-auth', 'take tokens in secrets of type bootstrap.kubernetes.io/token'),
    flag('--requestheader-client-ca-file <file>', 'authorities of proxies that say in headers who asks'),
    flag('--requestheader-allowed-names <list>', 'common names of such proxies; any unless given').argParser(list),
    headers('username-headers', 'headers with the name of the user', 'X-Remote-User'),
    headers('uid-headers', 'headers with the uid', 'X-Remote-Uid'),
    headers('group-headers', 'headers with groups', 'X-Remote-Group'),
    headers('extra-headers-prefix', 'beginnings of headers with extra fields', 'X-Remote-Extra-'),
  ];
}

function truth(text: string): boolean {
  if (/^(1|t|true)$/i.test(text)) return true;
  if (/^(0|f|false)$/i.test(text)) return false;
  throw new InvalidArgumentError('it has to be true or false.');
}

/** @throws Error for a file of certificates that cannot be read */
export function authenticationOf(flags: IdentityFlags): AuthenticationOptions {
  const { authenticationConfig, anonymousAuth, enableBootstrapTokenAuth, requestheaderClientCaFile } = flags;
  return {
    ...(authenticationConfig !== undefined && { authenticationConfig }),
    ...(anonymousAuth !== undefined && { anonymousAuth }),
    ...(enableBootstrapTokenAuth && { enableBootstrapTokenAuth }),
    ...(requestheaderClientCaFile !== undefined && {
      frontProxy: {
        clientCa: readFileSync(requestheaderClientCaFile, 'utf8'),
        ...(flags.requestheaderAllowedNames && { allowedNames: flags.requestheaderAllowedNames }),
        ...(flags.requestheaderUsernameHeaders && { usernameHeaders: flags.requestheaderUsernameHeaders }),
        ...(flags.requestheaderUidHeaders && { uidHeaders: flags.requestheaderUidHeaders }),
        ...(flags.requestheaderGroupHeaders && { groupHeaders: flags.requestheaderGroupHeaders }),
        ...(flags.requestheaderExtraHeadersPrefix && { extraHeaderPrefixes: flags.requestheaderExtraHeadersPrefix }),
      },
    }),
  };
}
