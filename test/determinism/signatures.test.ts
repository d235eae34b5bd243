import { createPublicKey, verify, X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createPki, isInsecureCa } from '../../server/auth/certificates.ts';
import { deterministicSignature, seededKeys } from '../../server/auth/seeded-keys.ts';
import { seededRandom } from '../../server/base/random.ts';
import { SimulatedClock } from '../support/simulated-clock.ts';

const hex = (bytes: Buffer): string => bytes.toString('hex').toUpperCase();

describe('keys of a seed', () => {
  // RFC 6979, A.2.5.
  it.each([
    [
      'sample',
      'EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716',
      'F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8',
    ],
    [
      'test',
      'F1ABB023518351CD71D881567B1EA663ED3EFCF6C5132B354F28D3B0B7D38367',
      '019F4113742A2B14BD25926B49C649155F267E60D3814B4C0CC84250E46F0083',
    ],
  ])('sign as RFC 6979 says (%s)', (text, r, s) => {
    const key = Buffer.from('C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721', 'hex');
    const signature = deterministicSignature(key, Buffer.from(text));
    expect([hex(signature.r), hex(signature.s)]).toEqual([r, s]);
  });

  it('verify, as certificates and as tokens have signatures', () => {
    const keys = seededKeys('7');
    const { privateKey, publicKey } = keys.pair('any');
    for (let i = 0; i < 50; i++) {
      const text = Buffer.from(`text ${i}`);
      expect(verify('sha256', text, publicKey, keys.sign(text, privateKey))).toBe(true);
      const token = { key: publicKey, dsaEncoding: 'ieee-p1363' } as const;
      expect(verify('sha256', text, token, keys.signToken(text, privateKey))).toBe(true);
    }
  });

  it('make the same certificates at any time, which say that they are insecure', () => {
    const made = [Date.UTC(2026, 0, 1), Date.UTC(2027, 5, 5)].map((time) => {
      const options = { clock: new SimulatedClock(time), random: seededRandom(7), keys: seededKeys('7') };
      const pki = createPki(options);
      const client = pki.clientCertificate({ commonName: 'jane', organizations: ['dev'] });
      return { ca: pki.ca, serving: pki.serving, token: pki.tokenKey, front: pki.frontProxyCa, client };
    });
    expect(made[0]).toEqual(made[1]);
    const { ca, serving, client } = made[0] as (typeof made)[0];
    const authority = new X509Certificate(ca.cert);
    expect(authority.subject).toBe('CN=kubernetes (insecure: from a seed)');
    expect(isInsecureCa(ca.cert)).toBe(true);
    for (const { cert, key } of [serving, client]) {
      const certificate = new X509Certificate(cert);
      expect(certificate.checkIssued(authority) && certificate.verify(authority.publicKey)).toBe(true);
      expect(certificate.publicKey.equals(createPublicKey(key))).toBe(true);
    }
    const other = createPki({ clock: new SimulatedClock(), random: seededRandom(7), keys: seededKeys('8') });
    expect(other.ca.key).not.toBe(ca.key);
  });
});
