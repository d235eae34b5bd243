/** Which plugins run, and in which order: AllOrderedPlugins and DefaultOffAdmissionPlugins. */
import { nearOrAll } from '../base/near-names.ts';
import type { AdmissionPlugin } from './plugin.ts';

/** What `--enable-admission-plugins` and `--disable-admission-plugins` say. */
export interface AdmissionPluginChoice {
  readonly enable: readonly string[];
  readonly disable: readonly string[];
}

const ON = true;
const OFF = false;

/** Every plugin of kube-apiserver in its order, and whether it is on unless somebody says otherwise. */
const ORDER: readonly (readonly [name: string, byDefault: boolean])[] = [
  ['AlwaysAdmit', OFF],
  ['NamespaceAutoProvision', OFF],
  ['NamespaceLifecycle', ON],
  ['NamespaceExists', OFF],
  ['LimitPodHardAntiAffinityTopology', OFF],
  ['LimitRanger', ON],
  ['ServiceAccount', ON],
  ['NodeRestriction', OFF],
  ['TaintNodesByCondition', ON],
  ['AlwaysPullImages', OFF],
  ['ImagePolicyWebhook', OFF],
  ['PodSecurity', ON],
  ['PodNodeSelector', OFF],
  ['Priority', ON],
  ['DefaultTolerationSeconds', ON],
  ['PodTolerationRestriction', OFF],
  ['EventRateLimit', OFF],
  ['ExtendedResourceToleration', OFF],
  ['DefaultStorageClass', ON],
  ['StorageObjectInUseProtection', ON],
  ['PodGroupProtection', ON],
  ['OwnerReferencesPermissionEnforcement', OFF],
  ['PersistentVolumeClaimResize', ON],
  ['RuntimeClass', ON],
  ['CertificateApproval', ON],
  ['CertificateSigning', ON],
  ['ClusterTrustBundleAttest', ON],
  ['CertificateSubjectRestriction', ON],
  ['DefaultIngressClass', ON],
  ['DenyServiceExternalIPs', OFF],
  ['PodTopologyLabels', ON],
  ['NodeDeclaredFeatureValidator', ON],
  ['PodResizeValidator', ON],
  ['MutatingAdmissionPolicy', ON],
  ['MutatingAdmissionWebhook', ON],
  ['ValidatingAdmissionPolicy', ON],
  ['ValidatingAdmissionWebhook', ON],
  ['ResourceQuota', ON],
  ['AlwaysDeny', OFF],
];

/** The minor version since which a plugin is on by default, of those that came while older versions are served. */
const SINCE: Readonly<Record<string, number>> = {
  PodGroupProtection: 36,
  PodTopologyLabels: 35,
  NodeDeclaredFeatureValidator: 36,
  PodResizeValidator: 36,
  MutatingAdmissionPolicy: 36,
};

/** What a version runs: not what came later, unless somebody asks for it. */
export function choiceOf({ enable, disable }: AdmissionPluginChoice, minor: number): AdmissionPluginChoice {
  const later = Object.keys(SINCE).filter((name) => (SINCE[name] ?? 0) > minor && !enable.includes(name));
  return { enable, disable: [...disable, ...later] };
}

const NAMES = ORDER.map(([name]) => name);

/** Whether a plugin runs. */
export function isRunning(name: string, { enable, disable }: AdmissionPluginChoice): boolean {
  const byDefault = ORDER.some(([known, isOn]) => known === name && isOn);
  return enable.includes(name) || (byDefault && !disable.includes(name));
}

/**
 * The plugins that run, in upstream's order.
 *
 * @param built the plugins that there are
 * @throws Error for names that no plugin has
 * @example
 * selectPlugins(built, { enable: ['NodeRestriction'], disable: ['ServiceAccount'] })
 */
export function selectPlugins(
  built: readonly AdmissionPlugin[],
  { enable, disable }: AdmissionPluginChoice,
): readonly AdmissionPlugin[] {
  checkKnown(enable, '--enable-admission-plugins');
  checkKnown(disable, '--disable-admission-plugins');
  const both = enable.filter((name) => disable.includes(name));
  if (both.length > 0) {
    const flags = '--enable-admission-plugins and --disable-admission-plugins';
    throw new Error(`${both.join(', ')}: in ${flags}, choose one`);
  }
  return NAMES.flatMap((name) =>
    isRunning(name, { enable, disable }) ? built.filter((plugin) => plugin.name === name) : [],
  );
}

function checkKnown(names: readonly string[], flag: string): void {
  for (const name of names) {
    if (NAMES.includes(name)) continue;
    throw new Error(`there is no admission plugin ${JSON.stringify(name)} (${flag})${nearOrAll(name, NAMES)}`);
  }
}
