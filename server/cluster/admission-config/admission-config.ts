/** Reads `--admission-control-config-file`: what admission plugins are told, in upstream's format. */
import { dirname, resolve } from 'node:path';
import { type AdmissionPluginChoice, isRunning } from '../../admission/selection.ts';
import type { AdmissionSettings } from '../../admission/settings.ts';
import { decodeConfig } from '../../auth/config-shape.ts';
import type { Clock } from '../../base/clock.ts';
import type { FieldProblem } from '../../kube/field-problem.ts';
import type { Outbound } from '../../kube/outbound.ts';
import { type ConfigFile, readConfigFile } from '../config-file.ts';
import { eventLimitsOf } from './event-rate-limit.ts';
import { imagePolicyOf } from './image-policy.ts';
import type { PluginConfig } from './plugin-config.ts';
import { podSecurityOf } from './pod-security.ts';
import { limitedResourcesOf } from './resource-quota.ts';
import { nodeSelectorsOf, tolerationsOf } from './small-plugins.ts';
import { credentialsOf } from './webhook-credentials.ts';

/** How plugins reach somebody outside. */
export interface OutsideParts {
  readonly outbound: Outbound;
  /** A real one: nobody outside lives in simulated time. */
  readonly clock: Clock;
}

interface Entry {
  readonly name?: string;
  readonly path?: string;
  readonly configuration?: unknown;
}

const SHAPE = { plugins: [{ name: 'string', path: 'string', configuration: 'anything' }] } as const;
const VERSIONS = ['apiserver.config.k8s.io/v1', 'apiserver.k8s.io/v1alpha1'];

type Config = PluginConfig | undefined;

/** How the configuration of each plugin is read that has one. */
const READERS: Readonly<Record<string, (config: Config, outside: OutsideParts) => AdmissionSettings>> = {
  EventRateLimit: (config) => ({ eventLimits: eventLimitsOf(config) }),
  ImagePolicyWebhook: (config, outside) => ({ imagePolicy: imagePolicyOf(config, outside) }),
  PodSecurity: (config) => (config ? { podSecurity: podSecurityOf(config) } : {}),
  PodNodeSelector: (config) => (config ? { nodeSelectors: nodeSelectorsOf(config) } : {}),
  PodTolerationRestriction: (config) => (config ? { tolerations: tolerationsOf(config) } : {}),
  ResourceQuota: (config) => (config ? { limitedResources: limitedResourcesOf(config) } : {}),
  MutatingAdmissionWebhook: (config) => (config ? { mutatingCredentials: credentialsOf(config) } : {}),
  ValidatingAdmissionWebhook: (config) => (config ? { validatingCredentials: credentialsOf(config) } : {}),
};

/**
 * What the plugins that run are told.
 *
 * @throws Error for a file that cannot be read, and for a plugin that cannot run as it says
 */
export function readAdmissionSettings(
  file: string | undefined,
  choice: AdmissionPluginChoice,
  outside: OutsideParts,
): AdmissionSettings {
  const configs = file === undefined ? undefined : configsOf(file);
  const settings = Object.entries(READERS).map(([name, read]) => {
    if (!isRunning(name, choice)) return {};
    try {
      return read(configs?.(name), outside);
    } catch (error) {
      throw new Error(`couldn't init admission plugin "${name}": ${(error as Error).message}`);
    }
  });
  return Object.assign({}, ...settings) as AdmissionSettings;
}

/** Finds the configuration of a plugin. */
function configsOf(file: string): (name: string) => Config {
  const whole = readAdmissionFile(file);
  if (isUnversioned(whole.value)) return (name) => (UNVERSIONED.has(name) ? whole : undefined);
  const problems: FieldProblem[] = [];
  const decoded = decodeConfig<{ plugins?: readonly Entry[] }>(whole.value, 'AdmissionConfiguration', SHAPE, problems, {
    versions: VERSIONS,
  });
  if (!decoded) throw whole.located(problems);
  const plugins = decoded.plugins ?? [];
  return (name) => {
    const index = plugins.findIndex((plugin) => plugin.name === name);
    const { path, configuration } = plugins[index] ?? {};
    if (configuration !== undefined) return inline(configuration, `plugins[${index}].configuration`, whole);
    return path ? readConfigFile(resolve(dirname(file), path)) : undefined;
  };
}

function readAdmissionFile(file: string): ConfigFile {
  try {
    return readConfigFile(file);
  } catch (error) {
    if (!('code' in (error as Error))) throw error;
    throw new Error(`unable to read admission control configuration from "${file}" [${(error as Error).message}]`);
  }
}

function inline(value: unknown, path: string, whole: ConfigFile): PluginConfig {
  return {
    value,
    located: (problems) =>
      whole.located(
        problems.map((problem) => ({ ...problem, field: [path, problem.field].filter(Boolean).join('.') })),
      ),
  };
}

/** Plugins whose configuration once was the file itself. */
const UNVERSIONED = new Set(['ImagePolicyWebhook', 'PodNodeSelector']);

function isUnversioned(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || 'apiVersion' in value || 'kind' in value) return false;
  return 'imagePolicy' in value || 'podNodeSelectorPluginConfig' in value;
}
