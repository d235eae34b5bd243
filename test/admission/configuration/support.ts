import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { AdmissionPluginChoice } from '../../../server/admission/selection.ts';
import { createAccount, type SecuredCluster, securedCluster } from '../../support/secured-cluster.ts';
import { SimulatedClock } from '../../support/simulated-clock.ts';

export const PODS = '/api/v1/namespaces/default/pods';

/** A folder for the files of a test. */
export function folder(): { readonly path: string; write(name: string, value: object): string } & Disposable {
  const path = mkdtempSync(join(tmpdir(), 'fauxkube-admission-'));
  return {
    path,
    write(name, value) {
      const file = join(path, name);
      writeFileSync(file, stringify(value));
      return file;
    },
    [Symbol.dispose]: () => rmSync(path, { recursive: true }),
  };
}

/** An AdmissionConfiguration with these plugins. */
export const configuration = (...plugins: object[]): object => ({
  apiVersion: 'apiserver.config.k8s.io/v1',
  kind: 'AdmissionConfiguration',
  plugins,
});

export interface Configured extends SecuredCluster {
  readonly clock: SimulatedClock;
}

/** A cluster that is told this by its configuration file, and can have pods in `default`. */
export async function configured(file: object, choice: Partial<AdmissionPluginChoice> = {}): Promise<Configured> {
  using files = folder();
  const admissionConfigFile = files.write('admission.yaml', file);
  const admissionPlugins = { enable: [], disable: [], ...choice };
  const clock = new SimulatedClock();
  const cluster = await securedCluster(clock, { admissionPlugins, admissionConfigFile });
  await createAccount(cluster, 'default');
  return Object.assign(cluster, { clock });
}

export const pod = (name: string, spec: object = {}): object => ({
  metadata: { name },
  spec: { containers: [{ name: 'c', image: 'i' }], ...spec },
});
