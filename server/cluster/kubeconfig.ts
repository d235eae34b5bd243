/** A kubeconfig file for one user of one cluster. */
export interface KubeconfigOptions {
  readonly server: string;
  readonly caCertificate: string;
  readonly certificate: string;
  readonly key: string;
  readonly cluster?: string;
  readonly user?: string;
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');

/** YAML for `kubectl --kubeconfig` and every client library; the credentials are inside. */
export function kubeconfigText({
  server,
  caCertificate,
  certificate,
  key,
  cluster = 'fauxkube',
  user = 'kubernetes-admin',
}: KubeconfigOptions): string {
  return `apiVersion: v1
kind: Config
clusters:
- name: ${cluster}
  cluster:
    server: ${server}
    certificate-authority-data: ${base64(caCertificate)}
users:
- name: ${user}
  user:
    client-certificate-data: ${base64(certificate)}
    client-key-data: ${base64(key)}
contexts:
- name: ${cluster}
  context:
    cluster: ${cluster}
    user: ${user}
current-context: ${cluster}
`;
}
