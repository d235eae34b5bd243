/**
 * How messages show values of upstream's internal types. Those have no names for JSON, so Go prints the names of its
 * fields, all of them: `{"APIGroup":"","Kind":"Role","Name":"a"}`. Types of apimachinery keep their JSON form.
 */
import { internalSchemaForm } from '../../schema/custom/internal-schema.ts';
import type { FieldDescription, TypeDescription, ValueType } from '../../schema/type-table.ts';
import { builtInTypes } from '../../schema/type-table.ts';

/** Go's names that are not the JSON name with a capital letter. */
const GO_NAMES: Readonly<Record<string, string>> = {
  apiGroup: 'APIGroup',
  apiGroups: 'APIGroups',
  apiVersion: 'APIVersion',
  apiVersions: 'APIVersions',
  awsElasticBlockStore: 'AWSElasticBlockStore',
  caBundle: 'CABundle',
  cephfs: 'CephFS',
  chapAuthDiscovery: 'DiscoveryCHAPAuth',
  chapAuthSession: 'SessionCHAPAuth',
  cidr: 'CIDR',
  cidrs: 'CIDRs',
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
  http: 'HTTP',
  httpGet: 'HTTPGet',
  httpHeaders: 'HTTPHeaders',
  ip: 'IP',
  iqn: 'IQN',
  iscsi: 'ISCSI',
  iscsiInterface: 'ISCSIInterface',
  nfs: 'NFS',
  nonResourceURLs: 'NonResourceURLs',
  openAPIV3Schema: 'OpenAPIV3Schema',
  os: 'OS',
  pdName: 'PDName',
  rbd: 'RBD',
  seLinuxChangePolicy: 'SELinuxChangePolicy',
  seLinuxOptions: 'SELinuxOptions',
  serviceAccount: 'DeprecatedServiceAccount',
  sslEnabled: 'SSLEnabled',
  storageos: 'StorageOS',
  tcpSocket: 'TCPSocket',
  tls: 'TLS',
  tty: 'TTY',
  uid: 'UID',
  url: 'URL',
  wwids: 'WWIDs',
};

function goName(name: string): string {
  return Object.hasOwn(GO_NAMES, name) ? (GO_NAMES[name] ?? name) : name.charAt(0).toUpperCase() + name.slice(1);
}

const isMachinery = (model: string | undefined): boolean => model?.startsWith('io.k8s.apimachinery.') ?? false;

function formOfValue(value: unknown, type: ValueType): unknown {
  if (value === undefined || value === null) return zeroForm(type);
  switch (type.kind) {
    case 'struct':
      if (type.model?.endsWith('.JSONSchemaProps')) return internalSchemaForm(value);
      return isMachinery(type.model) ? value : formOfStruct(value as object, type.struct as TypeDescription);
    case 'list':
      return (value as unknown[]).map((item) => formOfValue(item, type.of as ValueType));
    case 'map': {
      const entries = Object.entries(value as object);
      return Object.fromEntries(entries.map(([key, inner]) => [key, formOfValue(inner, type.of as ValueType)]));
    }
    default:
      return value;
  }
}

function zeroForm(type: ValueType): unknown {
  if (type.pointer) return null;
  switch (type.kind) {
    case 'struct':
      return isMachinery(type.model) ? {} : formOfStruct({}, type.struct as TypeDescription);
    case 'string':
      return '';
    case 'boolean':
      return false;
    case 'int32':
    case 'int64':
    case 'double':
    case 'int-or-string':
      return 0;
    case 'quantity':
      return '0';
    case 'duration':
      return '0s';
    default:
      return null;
  }
}

/** Metadata is embedded: its fields stand beside the object's own. */
function formOfStruct(value: object, type: TypeDescription): Record<string, unknown> {
  const form: Record<string, unknown> = {};
  const input = value as Readonly<Record<string, unknown>>;
  const embedsMeta = type.byName.get('metadata')?.type.model?.endsWith('.ObjectMeta') ?? false;
  for (const { name, type: fieldType } of type.fields as readonly FieldDescription[]) {
    if (embedsMeta && name === 'metadata') Object.assign(form, input.metadata);
    else if (!embedsMeta || (name !== 'kind' && name !== 'apiVersion')) {
      form[goName(name)] = formOfValue(input[name], fieldType);
    }
  }
  return form;
}

/**
 * A value in the form in which messages show internal types.
 *
 * @param model name of the versioned type, whose fields are the internal type's too
 * @example
 * invalid('roleRef', internalForm(binding.roleRef, 'io.k8s.api.rbac.v1.RoleRef'), 'cannot change roleRef')
 */
export function internalForm(value: object, model: string): unknown {
  return formOfStruct(value, builtInTypes().type(model));
}

/** A list whose items have an internal type. */
export function internalList(values: readonly object[] | undefined, model: string): unknown {
  return values === undefined ? null : values.map((value) => internalForm(value, model));
}
