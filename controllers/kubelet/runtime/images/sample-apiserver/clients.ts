import type { AskExtended, ExtensionClients } from '../../../../../server/kube/extension-server.ts';
import { GoError } from '../in-cluster.ts';

const NAME = 'extension-apiserver-authentication';
const NAMESPACE = 'kube-system';

/** What the server that is extended says of its clients. @throws GoError when it may not be read, or says nothing */
export async function readClients(ask: AskExtended): Promise<ExtensionClients> {
  const { status, text } = await ask('GET', `/api/v1/namespaces/${NAMESPACE}/configmaps/${NAME}`);
  const { data = {}, message = text } = JSON.parse(text) as { data?: Record<string, string>; message?: string };
  const fault = 'unable to load configmap based request-header-client-ca-file';
  if (status >= 300) throw new GoError(`${fault}: ${message}`);
  const { 'client-ca-file': clientCa = '', 'requestheader-client-ca-file': proxyCa = '' } = data;
  if (clientCa === '' || proxyCa === '')
    throw new GoError(`${fault}: cluster doesn't provide requestheader-client-ca-file`);
  const list = (key: string): readonly string[] => JSON.parse(data[`requestheader-${key}`] ?? '[]') as string[];
  return {
    clientCa,
    frontProxy: {
      clientCa: proxyCa,
      allowedNames: list('allowed-names'),
      usernameHeaders: list('username-headers'),
      uidHeaders: list('uid-headers'),
      groupHeaders: list('group-headers'),
      extraHeaderPrefixes: list('extra-headers-prefix'),
    },
  };
}

/** How upstream's library tells what is usually missing. */
export const HINT =
  `Unable to get configmap/${NAME} in ${NAMESPACE}.  Usually fixed by ` +
  `'kubectl create rolebinding -n ${NAMESPACE} ROLEBINDING_NAME --role=${NAME}-reader ` +
  `--serviceaccount=YOUR_NS:YOUR_SA'`;
