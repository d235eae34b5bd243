/**
 * Go structs that embed another one: errors of encoding/json name the inner struct in the path. By the type and the
 * protobuf number of what is embedded.
 */
const EMBEDDED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  ConfigMapEnvSource: { 1: 'LocalObjectReference' },
  ConfigMapKeySelector: { 1: 'LocalObjectReference' },
  ConfigMapProjection: { 1: 'LocalObjectReference' },
  ConfigMapVolumeSource: { 1: 'LocalObjectReference' },
  DeviceAllocationConfiguration: { 3: 'DeviceConfiguration' },
  DeviceClaimConfiguration: { 2: 'DeviceConfiguration' },
  DeviceClassConfiguration: { 1: 'DeviceConfiguration' },
  EphemeralContainer: { 1: 'EphemeralContainerCommon' },
  IngressRule: { 2: 'IngressRuleValue' },
  NamedRuleWithOperations: { 2: 'RuleWithOperations', 2.2: 'RuleWithOperations.Rule' },
  PersistentVolumeSpec: { 2: 'PersistentVolumeSource' },
  Probe: { 1: 'ProbeHandler' },
  RuleWithOperations: { 2: 'Rule' },
  SecretEnvSource: { 1: 'LocalObjectReference' },
  SecretKeySelector: { 1: 'LocalObjectReference' },
  SecretProjection: { 1: 'LocalObjectReference' },
  Volume: { 2: 'VolumeSource' },
};

/**
 * The name of a field as errors of encoding/json have it.
 *
 * @example
 * goFieldPath('Probe', 'httpGet', '1.2') // 'ProbeHandler.httpGet'
 */
export function goFieldPath(goType: string, field: string, protobufPath: string | undefined): string {
  const outer = protobufPath?.slice(0, Math.max(0, protobufPath.lastIndexOf('.')));
  const embedded = outer && Object.hasOwn(EMBEDDED, goType) ? EMBEDDED[goType]?.[outer] : undefined;
  return embedded === undefined ? field : `${embedded}.${field}`;
}
