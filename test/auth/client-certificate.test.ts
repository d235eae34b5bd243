import { request } from 'node:https';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Credentials } from '../../server/auth/authenticator.ts';
import { createPki } from '../../server/auth/certificates.ts';
import { systemClock } from '../../server/base/clock.ts';
import { seededRandom, systemRandom } from '../../server/base/random.ts';
import { type HttpServer, startHttpServer } from '../../server/http/server.ts';
import type { ApiError } from '../../server/kube/api-error.ts';
import type { User } from '../../server/kube/object.ts';
import { AuditIds } from '../../server/pipeline/audit/audit-ids.ts';

const options = { clock: systemClock(), random: systemRandom() };
const pki = createPki(options);
const credentials = new Credentials({});
let server: HttpServer;

/** Answers with the user that the connection stands for. */
beforeAll(async () => {
  const whoIs = (incoming: Parameters<Parameters<typeof startHttpServer>[0]['answer']>[0]): User | object => {
    try {
      return credentials.authenticate(incoming);
    } catch (error) {
      return (error as ApiError).status;
    }
  };
  server = await startHttpServer({
    host: '127.0.0.1',
    port: 0,
    tls: { ...pki.serving, clientCa: pki.ca.cert },
    answer: async (incoming) => ({ type: 'value', status: 200, value: whoIs(incoming) }),
    now: () => 0,
    auditIds: new AuditIds(seededRandom(1)),
    onFault: (error) => expect(error).toBeUndefined(),
  });
});

afterAll(() => server.close());

function ask(tls: {
  key?: string;
  cert?: string;
  servername?: string;
}): Promise<{ name?: string; groups?: string[]; code?: number }> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      { host: '127.0.0.1', port: server.port, path: '/', ca: pki.ca.cert, agent: false, ...tls },
      (response) => {
        let text = '';
        response.on('data', (chunk: Buffer) => (text += chunk.toString()));
        response.on('end', () => resolve(JSON.parse(text) as Awaited<ReturnType<typeof ask>>));
      },
    );
    outgoing.on('error', reject);
    outgoing.end();
  });
}

test('the subject of a client certificate is the user', async () => {
  const user = await ask(pki.clientCertificate({ commonName: 'jane', organizations: ['dev', 'ops'] }));
  expect(user).toMatchObject({ name: 'jane', groups: ['dev', 'ops', 'system:authenticated'] });
});

test('without a certificate nobody is known', async () => {
  expect(await ask({})).toMatchObject({ name: 'system:anonymous' });
});

test('a certificate of another CA is refused', async () => {
  expect(await ask(createPki(options).clientCertificate({ commonName: 'jane' }))).toMatchObject({ code: 401 });
});

test('clients that trust the CA accept the server under its names only', async () => {
  expect(await ask({ servername: 'localhost' })).toMatchObject({ name: 'system:anonymous' });
  await expect(ask({ servername: 'example.com' })).rejects.toThrow(/not in the cert's altnames|altnames/);
});
