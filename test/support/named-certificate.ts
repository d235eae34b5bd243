import { type KeyObject, sign } from 'node:crypto';
import { distinguishedName, ECDSA_WITH_SHA256, pem } from '../../server/auth/certificates.ts';
import * as der from '../../server/kube/der.ts';

/** A certificate (PEM, version 1) that says what it is told to say, whoever signs it. */
export function namedCertificate(names: {
  readonly subject: string;
  readonly issuer: string;
  readonly publicKey: KeyObject;
  readonly signedBy: KeyObject;
}): string {
  const algorithm = der.sequence(der.objectIdentifier(ECDSA_WITH_SHA256));
  const contents = der.sequence(
    der.integer(Buffer.of(1)),
    algorithm,
    distinguishedName({ commonName: names.issuer }),
    der.sequence(der.time(Date.UTC(2020, 0)), der.time(Date.UTC(2040, 0))),
    distinguishedName({ commonName: names.subject }),
    names.publicKey.export({ type: 'spki', format: 'der' }),
  );
  return pem('CERTIFICATE', der.sequence(contents, algorithm, der.bitString(sign('sha256', contents, names.signedBy))));
}
