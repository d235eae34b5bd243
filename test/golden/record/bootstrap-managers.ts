// Records who a real server says wrote the objects that it begins with.
import { ask, record } from './oracle.ts';

const PATHS = [
  '/api/v1/namespaces/default',
  '/api/v1/namespaces/kube-system',
  '/api/v1/namespaces/default/services/kubernetes',
  '/api/v1/namespaces/default/endpoints/kubernetes',
  '/api/v1/namespaces/kube-system/configmaps/kube-apiserver-legacy-service-account-token-tracking',
  '/apis/discovery.k8s.io/v1/namespaces/default/endpointslices/kubernetes',
  '/apis/networking.k8s.io/v1/ipaddresses/10.96.0.1',
  '/apis/networking.k8s.io/v1/servicecidrs/kubernetes',
  '/apis/rbac.authorization.k8s.io/v1/clusterroles/admin',
  '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/cluster-admin',
  '/apis/flowcontrol.apiserver.k8s.io/v1/flowschemas/catch-all',
  '/apis/flowcontrol.apiserver.k8s.io/v1/prioritylevelconfigurations/exempt',
  '/apis/scheduling.k8s.io/v1/priorityclasses/system-node-critical',
  '/apis/apiregistration.k8s.io/v1/apiservices/v1.apps',
];

interface Written {
  readonly metadata: { readonly managedFields?: readonly { time?: string }[] };
}

const cases = [];
for (const path of PATHS) {
  const { metadata } = (await ask('GET', path)).json as Written;
  const managedFields = metadata.managedFields?.map(({ time: _time, ...entry }) => entry);
  cases.push({ path, managedFields });
}
await record('test/golden/cluster/bootstrap-managers.json', cases);
