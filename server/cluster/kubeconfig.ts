/** A kubeconfig file for one user of one cluster. */
export interface KubeconfigOptions {
  readonly server: string;
  readonly caCertificate: string;
  readonly certificate: string;
  readonly key: string;
  readonly cluster?: string;
  readonly user?: string;
  /** Name of the context; that of the cluster unless given. */
  readonly context?: string;
}

/** Plain where YAML reads the text as it stands. */
const scalar = (text: string): string =>
  /^[a-z][\w.@/-]*$/i.test(text) && !WORDS.test(text) ? text : JSON.stringify(text);

/** Not texts, but truths and nothing. */
const WORDS = /^(true|false|yes|no|on|off|y|n|null)$/i;

const base64 = (text: string): string => Buffer.from(text).toString('base64');

/** YAML for `kubectl --kubeconfig` and every client library; the credentials are inside. */
export function kubeconfigText({
  server,
  caCertificate,
  certificate,
  key,
  cluster = 'fauxkube',
  user = 'kubernetes-admin',
  context = cluster,
}: KubeconfigOptions): string {
  return `apiVersion: v1
kind: Config
clusters:
- name: ${cluster}
  cluster:
    server: ${server}
    certificate-authority-data: ${base64(caCertificate)}
users:
- name: ${scalar(user)}
  user:
    client-certificate-data: ${base64(certificate)}
    client-key-data: ${base64(key)}
contexts:
- name: ${scalar(context)}
  context:
    cluster: ${cluster}
    user: ${scalar(user)}
current-context: ${scalar(context)}
`;
}
