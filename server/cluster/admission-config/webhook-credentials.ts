import { isAbsolute } from 'node:path';
import type { CallerCredentials } from '../../admission/webhooks/credentials.ts';
import { decodeConfig } from '../../auth/config-shape.ts';
import { type FieldProblem, forbiddenField, invalid } from '../../kube/field-problem.ts';
import { readKubeconfigUsers } from '../kubeconfig-file.ts';
import { checked, type PluginConfig } from './plugin-config.ts';

const SHAPE = { kubeConfigFile: 'string', staticManifestsDir: 'string' } as const;

const KINDS = {
  WebhookAdmissionConfiguration: ['apiserver.config.k8s.io/v1'],
  WebhookAdmission: ['apiserver.config.k8s.io/v1alpha1'],
} as const;

interface Configuration {
  readonly kubeConfigFile?: string;
  readonly staticManifestsDir?: string;
}

/** @throws Error with a line for each problem */
export function credentialsOf(config: PluginConfig): CallerCredentials {
  const problems: FieldProblem[] = [];
  const { kind: given } = (config.value ?? {}) as { readonly kind?: unknown };
  const kind = given === 'WebhookAdmission' ? given : 'WebhookAdmissionConfiguration';
  const decoded = decodeConfig<Configuration>(config.value, kind, SHAPE, problems, { versions: KINDS[kind] });
  const { kubeConfigFile = '', staticManifestsDir = '' } = checked(config, decoded, problems);
  const found: FieldProblem[] = [];
  if (kubeConfigFile !== '' && !isAbsolute(kubeConfigFile))
    found.push(invalid('kubeConfigFile', kubeConfigFile, 'must be an absolute file path'));
  if (staticManifestsDir !== '') found.push(forbiddenField('staticManifestsDir', 'it is not supported'));
  const file = checked(config, kubeConfigFile, found);
  return file === '' ? { users: new Map() } : readKubeconfigUsers(file);
}
