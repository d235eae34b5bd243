/**
 * Go's names of fields and embedded structs in what a pod template consists of. Most are the JSON name with a capital
 * first letter; this lists the others. Only the hash of a template needs them.
 */

/** Names that are the same in every type. */
const EVERYWHERE: Readonly<Record<string, string>> = {
  apiGroup: 'APIGroup',
  apiVersion: 'APIVersion',
  awsElasticBlockStore: 'AWSElasticBlockStore',
  cephfs: 'CephFS',
  chapAuthDiscovery: 'DiscoveryCHAPAuth',
  chapAuthSession: 'SessionCHAPAuth',
  csi: 'CSI',
  diskURI: 'DataDiskURI',
  dnsConfig: 'DNSConfig',
  dnsPolicy: 'DNSPolicy',
  fc: 'FC',
  fsGroup: 'FSGroup',
  fsGroupChangePolicy: 'FSGroupChangePolicy',
  fsType: 'FSType',
  gcePersistentDisk: 'GCEPersistentDisk',
  gmsaCredentialSpec: 'GMSACredentialSpec',
  gmsaCredentialSpecName: 'GMSACredentialSpecName',
  grpc: 'GRPC',
  httpGet: 'HTTPGet',
  httpHeaders: 'HTTPHeaders',
  ip: 'IP',
  iqn: 'IQN',
  iscsi: 'ISCSI',
  iscsiInterface: 'ISCSIInterface',
  metadata: 'ObjectMeta',
  nfs: 'NFS',
  os: 'OS',
  pdName: 'PDName',
  rbd: 'RBD',
  seLinuxChangePolicy: 'SELinuxChangePolicy',
  seLinuxOptions: 'SELinuxOptions',
  sslEnabled: 'SSLEnabled',
  storageos: 'StorageOS',
  tcpSocket: 'TCPSocket',
  tty: 'TTY',
  uid: 'UID',
  wwids: 'WWIDs',
};

/** Names that only one type spells this way. */
const IN_TYPE: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  GlusterfsVolumeSource: { endpoints: 'EndpointsName' },
  PodSpec: { serviceAccount: 'DeprecatedServiceAccount' },
  RBDVolumeSource: { monitors: 'CephMonitors', image: 'RBDImage', pool: 'RBDPool', user: 'RadosUser' },
};

/** Structs whose fields JSON shows as fields of the struct around them. No type embeds two. */
const EMBEDDED: Readonly<Record<string, string>> = {
  ConfigMapEnvSource: 'LocalObjectReference',
  ConfigMapKeySelector: 'LocalObjectReference',
  ConfigMapProjection: 'LocalObjectReference',
  ConfigMapVolumeSource: 'LocalObjectReference',
  EphemeralContainer: 'EphemeralContainerCommon',
  Probe: 'ProbeHandler',
  SecretEnvSource: 'LocalObjectReference',
  SecretKeySelector: 'LocalObjectReference',
  SecretProjection: 'LocalObjectReference',
  Volume: 'VolumeSource',
};

/**
 * @param type Go's name of the struct
 * @example
 * goFieldName('Container', 'tty') // 'TTY'
 */
export function goFieldName(type: string, field: string): string {
  return IN_TYPE[type]?.[field] ?? EVERYWHERE[field] ?? field.charAt(0).toUpperCase() + field.slice(1);
}

/** The struct that a type embeds. @throws Error for a type that this list does not know */
export function embeddedStruct(type: string): string {
  const name = EMBEDDED[type];
  if (name === undefined) throw new Error(`${type} embeds a struct whose name is not known`);
  return name;
}
