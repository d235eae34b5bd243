// An object of every kind that users make, with the API class and the name of its methods.
import {
  AdmissionregistrationV1Api,
  ApiextensionsV1Api,
  AppsV1Api,
  AutoscalingV1Api,
  AutoscalingV2Api,
  BatchV1Api,
  CoordinationV1Api,
  CoreV1Api,
  DiscoveryV1Api,
  EventsV1Api,
  FlowcontrolApiserverV1Api,
  NetworkingV1Api,
  NodeV1Api,
  PolicyV1Api,
  RbacAuthorizationV1Api,
  ResourceV1Api,
  SchedulingV1Api,
  StorageV1Api,
  V1MicroTime,
} from '@kubernetes/client-node';

const name = 'made';
const labels = { made: 'here' };
const selector = { matchLabels: labels };
const containers = [{ name: 'main', image: 'nginx' }];
const template = { metadata: { labels }, spec: { containers } };
const job = { template: { spec: { containers, restartPolicy: 'Never' } } };
const now = new V1MicroTime();
const request = { storage: '1Gi' };
const claim = { accessModes: ['ReadWriteOnce'], resources: { requests: request } };
const devices = { requests: [{ name: 'one', exactly: { deviceClassName: 'made.example.com' } }] };
const scaleTargetRef = { apiVersion: 'apps/v1', kind: 'Deployment', name };
const rules = [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }];
const role = { apiGroup: 'rbac.authorization.k8s.io', name: 'view' };
const subjects = [{ kind: 'User', name: 'jane', apiGroup: 'rbac.authorization.k8s.io' }];
const endpoint = { addresses: ['192.0.2.1'] };

/** Kinds of a namespace that the ClusterRole `admin` allows. */
export const forUsers = (namespace) =>
  [
    [CoreV1Api, 'ConfigMap', { data: { word: 'one' } }],
    [CoreV1Api, 'Secret', { stringData: { word: 'one' }, type: 'Opaque' }],
    [CoreV1Api, 'Service', { spec: { selector: labels, ports: [{ port: 80 }] } }],
    [CoreV1Api, 'PersistentVolumeClaim', { spec: claim }],
    [CoreV1Api, 'Pod', { spec: { containers, terminationGracePeriodSeconds: 0 } }],
    [CoreV1Api, 'ReplicationController', { spec: { replicas: 0, selector: labels, template } }],
    [CoreV1Api, 'ServiceAccount', { automountServiceAccountToken: false }],
    [AppsV1Api, 'Deployment', { spec: { replicas: 0, selector, template } }],
    [AppsV1Api, 'StatefulSet', { spec: { replicas: 0, selector, template, serviceName: name } }],
    [AppsV1Api, 'DaemonSet', { spec: { selector, template: { ...template, spec: { containers, nodeName: 'none' } } } }],
    [AppsV1Api, 'ReplicaSet', { spec: { replicas: 0, selector, template } }],
    [BatchV1Api, 'Job', { spec: { ...job, suspend: true } }],
    [BatchV1Api, 'CronJob', { spec: { schedule: '0 0 * * *', suspend: true, jobTemplate: { spec: job } } }],
    [AutoscalingV1Api, 'HorizontalPodAutoscaler', { spec: { scaleTargetRef, maxReplicas: 3 } }],
    [AutoscalingV2Api, 'HorizontalPodAutoscaler', { spec: { scaleTargetRef, minReplicas: 1, maxReplicas: 3 } }],
    [NetworkingV1Api, 'Ingress', { spec: { defaultBackend: { service: { name, port: { number: 80 } } } } }],
    [NetworkingV1Api, 'NetworkPolicy', { spec: { podSelector: selector, policyTypes: ['Ingress'] } }],
    [PolicyV1Api, 'PodDisruptionBudget', { spec: { selector, minAvailable: 1 } }],
    [RbacAuthorizationV1Api, 'Role', { rules }],
    [RbacAuthorizationV1Api, 'RoleBinding', { roleRef: { ...role, kind: 'ClusterRole' }, subjects }],
    [CoordinationV1Api, 'Lease', { spec: { holderIdentity: 'me', renewTime: now, leaseDurationSeconds: 15 } }],
    [ResourceV1Api, 'ResourceClaim', { spec: { devices } }],
    [ResourceV1Api, 'ResourceClaimTemplate', { spec: { spec: { devices } } }],
  ].map(([type, kind, body]) => [type, kind, Object.assign({ metadata: { name, labels, namespace } }, body)]);

/** Kinds of a namespace that only an administrator makes. */
export const forAdministrators = (namespace) => {
  const involved = { kind: 'ConfigMap', namespace, name, apiVersion: 'v1' };
  const event = { reason: 'Made', type: 'Normal', action: 'Making' };
  const reporting = { reportingController: 'example.com/maker', reportingInstance: 'one' };
  const capacity = { storageClassName: 'made', capacity: '1Gi' };
  return [
    [CoreV1Api, 'Endpoints', { subsets: [{ addresses: [{ ip: '192.0.2.1' }], ports: [{ port: 80 }] }] }],
    [CoreV1Api, 'Event', { ...event, message: 'was made', involvedObject: involved, source: { component: 'maker' } }],
    [CoreV1Api, 'LimitRange', { spec: { limits: [{ type: 'Pod', max: { cpu: '64' } }] } }],
    [CoreV1Api, 'PodTemplate', { template }],
    [CoreV1Api, 'ResourceQuota', { spec: { hard: { 'count/jobs.batch': '100' } } }],
    [AppsV1Api, 'ControllerRevision', { revision: 1, data: { word: 'one' } }],
    [EventsV1Api, 'Event', { ...event, ...reporting, note: 'was made', regarding: involved, eventTime: now }],
    [DiscoveryV1Api, 'EndpointSlice', { addressType: 'IPv4', endpoints: [endpoint], ports: [{ port: 80 }] }],
    [StorageV1Api, 'CSIStorageCapacity', capacity],
  ].map(([type, kind, body]) => [type, kind, Object.assign({ metadata: { name, labels, namespace } }, body)]);
};

const matchConstraints = {
  resourceRules: [{ apiGroups: ['example.com'], apiVersions: ['v1'], operations: ['CREATE'], resources: ['things'] }],
};
const webhook = {
  name: 'made.example.com',
  clientConfig: { url: 'https://127.0.0.1:1/' },
  failurePolicy: 'Ignore',
  sideEffects: 'None',
  admissionReviewVersions: ['v1'],
  rules: matchConstraints.resourceRules,
};
const openAPIV3Schema = { type: 'object', properties: { spec: { type: 'object' } } };
const versions = [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema } }];
const crd = { group: 'made.example.com', scope: 'Cluster', names: { plural: 'widgets', kind: 'Widget' }, versions };
const volume = { capacity: request, accessModes: ['ReadWriteOnce'], hostPath: { path: '/srv' } };
const limited = { limited: { nominalConcurrencyShares: 1, limitResponse: { type: 'Reject' } }, type: 'Limited' };
const service = { driver: 'made.example.com', parameters: { tier: 'gold' } };
const policy = { policyName: 'made', validationActions: ['Deny'] };
const attachment = { attacher: 'made.example.com', nodeName: 'none', source: { persistentVolumeName: 'none' } };

/** Kinds of a cluster. */
export const ofCluster = [
  [CoreV1Api, 'Namespace', {}],
  [CoreV1Api, 'Node', { spec: { unschedulable: true } }],
  [CoreV1Api, 'PersistentVolume', { spec: volume }],
  [RbacAuthorizationV1Api, 'ClusterRole', { rules }],
  [RbacAuthorizationV1Api, 'ClusterRoleBinding', { roleRef: { ...role, kind: 'ClusterRole' }, subjects }],
  [StorageV1Api, 'StorageClass', { provisioner: 'made.example.com' }],
  [StorageV1Api, 'CSIDriver', { spec: { attachRequired: false } }],
  [StorageV1Api, 'VolumeAttachment', { spec: attachment }],
  [StorageV1Api, 'VolumeAttributesClass', { driverName: service.driver, parameters: service.parameters }],
  [NetworkingV1Api, 'IngressClass', { spec: { controller: 'example.com/made' } }],
  [SchedulingV1Api, 'PriorityClass', { value: 10, description: 'a class' }],
  [NodeV1Api, 'RuntimeClass', { handler: 'made' }],
  [FlowcontrolApiserverV1Api, 'FlowSchema', { spec: { priorityLevelConfiguration: { name: 'global-default' } } }],
  [FlowcontrolApiserverV1Api, 'PriorityLevelConfiguration', { spec: limited }],
  [AdmissionregistrationV1Api, 'MutatingWebhookConfiguration', { webhooks: [webhook] }],
  [AdmissionregistrationV1Api, 'ValidatingWebhookConfiguration', { webhooks: [webhook] }],
  [
    AdmissionregistrationV1Api,
    'ValidatingAdmissionPolicy',
    { spec: { matchConstraints, validations: [{ expression: 'true' }] } },
  ],
  [AdmissionregistrationV1Api, 'ValidatingAdmissionPolicyBinding', { spec: policy }],
  [ApiextensionsV1Api, 'CustomResourceDefinition', { spec: crd }, 'widgets.made.example.com'],
  [ResourceV1Api, 'DeviceClass', { spec: { selectors: [{ cel: { expression: 'true' } }] } }],
].map(([type, kind, body, own = name]) => [type, kind, Object.assign({ metadata: { name: own, labels } }, body)]);
