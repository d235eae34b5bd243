import type { Program } from '../../machine/program.ts';
import { FlagError } from '../flags.ts';
import { endsAsGo, forever, log } from '../go-program.ts';
import { connect } from './connect.ts';
import { crdConversionWebhook } from './crd-conversion-webhook.ts';
import { dnsServerList, dnsSuffix, etcHosts } from './dns.ts';
import { entrypointTester } from './entrypoint-tester.ts';
import { grpcHealthChecking } from './grpc-health-checking.ts';
import { guestbook } from './guestbook.ts';
import { inclusterclient } from './inclusterclient.ts';
import { issuerDiscovery } from './issuer-discovery.ts';
import { liveness } from './liveness.ts';
import { logsGenerator } from './logs-generator.ts';
import { mounttest } from './mounttest.ts';
import { mtlsclient } from './mtlsclient.ts';
import { mtlsserver } from './mtlsserver.ts';
import { netexec } from './netexec.ts';
import { nettest } from './nettest.ts';
import { pause } from './pause.ts';
import { porter } from './porter.ts';
import { serveHostname } from './serve-hostname.ts';
import { testWebserver } from './test-webserver.ts';
import { webhook } from './webhook/index.ts';

const COMMANDS: Readonly<Record<string, Program>> = {
  connect,
  'crd-conversion-webhook': crdConversionWebhook,
  'dns-server-list': dnsServerList,
  'dns-suffix': dnsSuffix,
  'entrypoint-tester': entrypointTester,
  'etc-hosts': etcHosts,
  'grpc-health-checking': grpcHealthChecking,
  guestbook,
  inclusterclient,
  liveness,
  'logs-generator': logsGenerator,
  mounttest,
  mtlsclient,
  mtlsserver,
  netexec,
  nettest,
  pause,
  porter,
  'serve-hostname': serveHostname,
  'test-service-account-issuer-discovery': issuerDiscovery,
  'test-webserver': testWebserver,
  webhook,
};

/** Commands that the image has besides: they go on and answer nobody, and their log says so. */
const ABSENT: ReadonlySet<string> = new Set(
  (
    'audit-proxy external-metrics fake-gitserver fake-registry-server h2c-server net no-snat-test ' +
    'no-snat-test-proxy nonewprivs podcertificatesigner port-forward-tester resource-consumer-controller ' +
    'stress tcp-reset'
  ).split(' '),
);

const VERSION = '2.66.1';

/** The program of registry.k8s.io/e2e-test-images/agnhost: many small servers and checks. */
export const agnhost: Program = async (process, args) => {
  const [word = '', ...rest] = args;
  if (word === '--version') {
    await process.print(`app version ${VERSION}\n`);
    return 0;
  }
  const command = Object.hasOwn(COMMANDS, word) ? COMMANDS[word] : undefined;
  endsAsGo(process);
  try {
    if (command) return await command(process, rest, word);
  } catch (error) {
    if (!(error instanceof FlagError)) throw error;
    await process.complain(`Error: ${error.message}`);
    return 1;
  }
  if (ABSENT.has(word)) {
    await log(process, `agnhost ${word} is not simulated: this container goes on and answers nobody`);
    return forever(process);
  }
  if (word === '' || word === 'help' || word === '--help' || word === '-h') {
    const names = [...Object.keys(COMMANDS), ...ABSENT].sort();
    await process.print(
      `Usage:\n  app [command]\n\nAvailable Commands:\n${names.map((name) => `  ${name}\n`).join('')}`,
    );
    return 0;
  }
  await process.complain(`Error: unknown command ${JSON.stringify(word)} for "app"`);
  return 1;
};
