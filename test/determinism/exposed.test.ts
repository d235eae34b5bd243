import { describe, expect, it } from 'vitest';
import { isInsecureCa } from '../../server/auth/certificates.ts';
import { seededRandom } from '../../server/base/random.ts';
import { identityOf, keysOf } from '../../server/cluster/identity.ts';
import { temporaryDirectory } from '../support/data-directory.ts';
import { SimulatedClock } from '../support/simulated-clock.ts';

const identity = (host: string | undefined, dataDir?: string) =>
  identityOf({
    clock: new SimulatedClock(),
    random: seededRandom(1),
    names: [],
    dataDir,
    ...keysOf({ seed: 1, ...(host !== undefined && { host }) }),
  });

describe('keys of a seed', () => {
  it.each([undefined, '127.0.0.1', '127.0.0.9', '::1', 'localhost'])(
    'are used where only this machine gets in (%s)',
    (host) => {
      const { ca } = identity(host);
      expect(isInsecureCa(ca.cert)).toBe(true);
      expect(identity(host).ca).toEqual(ca);
    },
  );

  it.each(['0.0.0.0', '::', '192.0.2.1', 'my-host'])('are not used where others do (%s)', (host) => {
    const { ca } = identity(host);
    expect(isInsecureCa(ca.cert)).toBe(false);
    expect(identity(host).ca.key).not.toBe(ca.key);
  });

  it('stay in a data directory, which others cannot be let in with', async () => {
    const directory = await temporaryDirectory();
    const { ca } = identity(undefined, directory);
    expect(identity('127.0.0.1', directory).ca).toEqual(ca);
    expect(() => identity('0.0.0.0', directory)).toThrow('these keys come from --seed');
  });

  it('are those of each virtual cluster', () => {
    const [main, fork] = ['', 'fork'].map((part) =>
      keysOf({ seed: 1 }, part).keys.pair('ca').privateKey.export({ format: 'jwk' }),
    );
    expect(main).not.toEqual(fork);
  });
});
