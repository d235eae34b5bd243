/**
 * `fauxkube kubeconfig`: makes a user of a running cluster, as one does with a real one: a key that stays here, a
 * request for a certificate that the administrator approves, and the certificate that the cluster signs.
 */
import { X509Certificate } from 'node:crypto';
import { resolve } from 'node:path';
import { signingRequest } from '../auth/signing-request.ts';
import { rfc3339, systemClock } from '../base/clock.ts';
import { rest } from '../base/turn.ts';
import { kubeconfigText } from '../cluster/kubeconfig.ts';
import type { CertificateSigningRequest } from '../kube/types.gen.ts';
import { type AdminConnection, readConnection, send } from './admin-connection.ts';
import { jsonText, type Output } from './output.ts';
import { writeWithMode } from './written-file.ts';

interface Flags {
  readonly user: string;
  readonly group?: string[];
  readonly ttl?: number;
  readonly output?: string;
  readonly format: Output;
  readonly server?: string;
  readonly kubeconfig: string;
  readonly kubeconfigMode: number;
}

const REQUESTS = '/apis/certificates.k8s.io/v1/certificatesigningrequests';
const SIGNER = 'kubernetes.io/kube-apiserver-client';
const PATIENCE_MS = 10_000;
const PAUSE_MS = 50;

/** Writes a kubeconfig that only its owner can read, unless told otherwise, and says what to do with it. */
export async function kubeconfigCommand(flags: Flags): Promise<void> {
  const { user, group = [], ttl, output, kubeconfig, kubeconfigMode, format } = flags;
  try {
    const connection = readConnection(kubeconfig);
    const { key, request } = signingRequest({ commonName: user, organizations: group });
    const certificate = await certificateFor(request, ttl, connection);
    checkNow(new X509Certificate(certificate));
    const { server = connection.server } = flags;
    const { caCertificate } = connection;
    const text = kubeconfigText({
      server,
      caCertificate,
      certificate,
      key,
      user,
      context: `${user}@fauxkube`,
    });
    const facts = { user, groups: group, expires: new Date(new X509Certificate(certificate).validTo).toISOString() };
    if (output === '-') {
      process.stdout.write(format === 'json' ? jsonText({ ...facts, kubeconfig: text }) : text);
      return;
    }
    const file = resolve(output ?? `.fauxkube/${fileName(user)}.kubeconfig`);
    write(file, text, kubeconfigMode);
    if (format === 'json') process.stdout.write(jsonText({ ...facts, file }));
    else process.stdout.write(nextSteps({ user, groups: group, file, certificate, kubeconfig }));
  } catch (error) {
    process.stderr.write(`fauxkube: ${(error as Error).message}\n`);
    process.exitCode = 1;
  }
}

/** A user name may be anything, a file's name may not. */
const fileName = (user: string): string => user.replace(/[^\w.@-]/g, '_').replace(/^\.+/, '_');

function write(file: string, text: string, mode: number): void {
  try {
    writeWithMode(file, text, mode);
  } catch (error) {
    throw new Error(`the kubeconfig cannot be written, choose another file with --output: ${(error as Error).message}`);
  }
}

/**
 * The cluster signs by its own clock, which may have been moved; TLS goes by that of the machine.
 *
 * @throws Error for a certificate that lets nobody in now
 */
function checkNow({ validFrom, validTo }: X509Certificate): void {
  const [fromMs, toMs] = [Date.parse(validFrom), Date.parse(validTo)];
  const nowMs = systemClock().now();
  if (fromMs <= nowMs && nowMs < toMs) return;
  throw new Error(
    `the clock of the cluster was moved: the certificate is good from ${rfc3339(fromMs)} to ${rfc3339(toMs)} only, ` +
      `and TLS goes by the clock of the machine, where it is ${rfc3339(nowMs)}; bring real time back with ` +
      '`fauxkube clock set now`, make the user, and move the clock again',
  );
}

async function certificateFor(request: string, ttl: number | undefined, connection: AdminConnection): Promise<string> {
  const created = await send<CertificateSigningRequest>(connection, 'POST', REQUESTS, {
    apiVersion: 'certificates.k8s.io/v1',
    kind: 'CertificateSigningRequest',
    metadata: { generateName: 'kubeconfig-' },
    spec: {
      request: Buffer.from(request).toString('base64'),
      signerName: SIGNER,
      usages: ['client auth'],
      ...(ttl !== undefined && { expirationSeconds: ttl }),
    },
  });
  const path = `${REQUESTS}/${created.metadata.name}`;
  const condition = {
    type: 'Approved',
    status: 'True',
    reason: 'FauxkubeKubeconfig',
    message: 'This CSR was approved by fauxkube kubeconfig.',
  };
  await send(connection, 'PUT', `${path}/approval`, { ...created, status: { conditions: [condition] } });
  const clock = systemClock();
  const giveUpMs = clock.now() + PATIENCE_MS;
  for (;;) {
    const { status } = await send<CertificateSigningRequest>(connection, 'GET', path);
    if (status.certificate) return Buffer.from(status.certificate, 'base64').toString();
    const failed = status.conditions?.find(({ type }) => type === 'Failed');
    if (failed) throw new Error(`the request for a certificate failed: ${failed.message ?? failed.reason ?? ''}`);
    if (clock.now() > giveUpMs) break;
    await rest(PAUSE_MS);
  }
  const name = 'certificatesigningrequest-signing-controller';
  throw new Error(`nobody signed ${created.metadata.name}: does ${name} run (--controllers)?`);
}

function nextSteps({
  user,
  groups,
  file,
  certificate,
  kubeconfig,
}: {
  readonly user: string;
  readonly groups: readonly string[];
  readonly file: string;
  readonly certificate: string;
  readonly kubeconfig: string;
}): string {
  const who = groups.length === 0 ? user : `${user} (${groups.join(', ')})`;
  const [flag, subject] = groups[0] === undefined ? ['user', user] : ['group', groups[0]];
  const name = `${fileName(subject).toLowerCase()}-view`;
  const binding = `kubectl --kubeconfig ${shown(kubeconfig)} create rolebinding ${name}`;
  const lines = [
    `${who} may log in until ${new X509Certificate(certificate).validTo}: ${file}`,
    'Next:',
    `  kubectl --kubeconfig ${shown(file)} auth whoami`,
    `  ${binding} --clusterrole=view --${flag}=${shown(subject)}   # a new user may do nothing yet`,
    `  kubectl --kubeconfig ${shown(file)} get pods`,
  ];
  return `${lines.join('\n')}\n`;
}

/** As a shell takes it for one word. */
const shown = (text: string): string => (/^[\w./@:=+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);
