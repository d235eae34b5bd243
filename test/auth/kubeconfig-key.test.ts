import { createPrivateKey } from 'node:crypto';
import { expect, test } from 'vitest';
import { createPki } from '../../server/auth/certificates.ts';
import { systemClock } from '../../server/base/clock.ts';
import { seededRandom } from '../../server/base/random.ts';

test('keys say what they are, for clients that take any other for one of RSA', () => {
  const { ca, serving } = createPki({ clock: systemClock(), random: seededRandom(7), names: [] });
  for (const { key } of [ca, serving]) {
    expect(key).toMatch(/^-----BEGIN EC PRIVATE KEY-----\n/);
    expect(createPrivateKey(key).asymmetricKeyType).toBe('ec');
  }
});
