import { expect, test, vi } from 'vitest';
import { PodCertificates } from '../../../controllers/kubelet/pod-certificates.ts';
import type { ControllerEnv } from '../../../controllers/lib/controller.ts';
import { systemClock } from '../../../server/base/clock.ts';
import { systemRandom } from '../../../server/base/random.ts';
import type { Key } from '../../../server/kube/object.ts';
import type { PodCertificateRequest } from '../../../server/kube/types.gen.ts';

const CHAIN = '-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n';
const WANTED = { signerName: 'example.com/s', keyType: 'ED25519' };
const POD = { apiVersion: 'v1', kind: 'Pod', metadata: { namespace: 'default', name: 'p', uid: 'u' }, spec: {} };

test('a certificate that was issued before the request for it was answered is found', async () => {
  const looks: Key[] = [];
  let issued: PodCertificateRequest | undefined;
  const env = {
    clock: systemClock(),
    random: systemRandom(),
    begin: () => () => undefined,
    enqueue: (key: Key) => looks.push(key),
    lister: () => ({ get: () => issued }),
    clientOf: () => ({
      get: () => Promise.resolve({ metadata: { uid: 'account' } }),
      create: (_resource: string, request: PodCertificateRequest) => {
        const condition = {
          type: 'Issued',
          status: 'True',
          reason: 'R',
          message: 'm',
          lastTransitionTime: '2026-01-01T00:00:00Z',
        };
        const status = { conditions: [condition], certificateChain: CHAIN, beginRefreshAt: '2999-01-01T00:00:00Z' };
        issued = { ...request, metadata: { ...request.metadata, name: 'req-1' }, status };
        return Promise.resolve(issued);
      },
    }),
  } as unknown as ControllerEnv;
  const certificates = new PodCertificates(POD as never, 'node01', env);
  expect(certificates.look('tls', 0, WANTED)).toEqual({ problem: 'credential bundle is not issued yet' });
  await vi.waitFor(() => expect(looks).toEqual([{ namespace: 'default', name: 'p' }]));
  expect(certificates.look('tls', 0, WANTED)).toMatchObject({ chain: CHAIN });
});
