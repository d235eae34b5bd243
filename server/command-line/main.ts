import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { LOG_LEVELS } from '../base/log.ts';
import { OPEN_PORTS } from '../http/plain-servers.ts';
import { parseCidr } from '../kube/ip-addresses.ts';
import { LIMITS } from '../kube/limits.ts';
import { parseDuration } from '../schema/go-duration.ts';
import { NODES_MAX, PORT_MAX } from '../start-checks.ts';
import { integer } from './arguments.ts';
import { auditFlags } from './audit-flags.ts';
import { authorizationFlags } from './authorization-flags.ts';
import { addClock } from './clock.ts';
import { addClusters } from './clusters.ts';
import { addCompletion } from './completion.ts';
import { addControllers } from './controllers.ts';
import { durationMs, patience } from './durations.ts';
import { addFaults } from './faults.ts';
import { addFixtures } from './fixtures.ts';
import { withCommandHint, withPlainErrors } from './hints.ts';
import { identityFlags } from './identity-flags.ts';
import { KUBECONFIG, kubeconfigOption } from './kubeconfig-option.ts';
import { outputOption } from './output.ts';
import { ownVersion } from './own-version.ts';
import { addPods } from './pods.ts';
import { addQuestions } from './questions.ts';
import { addRequests } from './requests.ts';
import { addSavepoints } from './savepoints.ts';
import { startCommand } from './start.ts';
import { storageFlags } from './storage-flags.ts';
import { addUi } from './ui.ts';
import { USAGE_EXIT_CODE } from './usage.ts';
import { addVersion } from './version.ts';
import { waitCommand } from './wait.ts';

const port = integer(0, PORT_MAX);

function octal(text: string): number {
  if (/^0?[0-7]{3}$/.test(text)) return Number.parseInt(text, 8);
  throw new InvalidArgumentError('it has to be a file mode such as 0600 or 644.');
}

function cidr(text: string): string {
  if (parseCidr(text)) return text;
  throw new InvalidArgumentError('it has to be a block of addresses such as 172.18.255.0/24.');
}

function url(text: string): string {
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return text;
  throw new InvalidArgumentError('it has to be a URL such as https://127.0.0.1:6443.');
}

/** Whole seconds of a duration as Go writes it: `8h`, `30m`. */
function seconds(text: string): number {
  try {
    const given = Number(parseDuration(text) / 1_000_000_000n);
    if (given >= MIN_TTL_SECONDS) return given;
  } catch {
    // Said below.
  }
  throw new InvalidArgumentError('it has to be a duration of ten minutes or more, such as 8h or 30m.');
}

/** The API refuses certificates that end sooner. */
const MIN_TTL_SECONDS = 600;

/** A repeatable flag; each may hold several values. What is given replaces the default. */
function list(byDefault: readonly string[] = []): (text: string, before: string[] | undefined) => string[] {
  return (text, before) => [
    ...(before === undefined || before === byDefault ? [] : before),
    ...text.split(',').filter((part) => part !== ''),
  ];
}

const collect = list();

function openPorts(text: string, before: string[] | undefined): string[] {
  const ports = collect(text, before);
  if (ports.every((name) => OPEN_PORTS.some((known) => known === name))) return ports;
  throw new InvalidArgumentError(`it has to be ${OPEN_PORTS.join(', ')} or several of them: http,proxy.`);
}

/** Where the kubeconfig goes unless the user says otherwise. */
const KUBECONFIGS = [KUBECONFIG];

/** A flag and its environment variable: `--http-port` is FAUXKUBE_HTTP_PORT. */
function flag(flags: string, description: string): Option {
  const option = new Option(flags, description);
  return option.env(
    `FAUXKUBE_${option
      .attributeName()
      .replace(/[A-Z]/g, (c) => `_${c}`)
      .toUpperCase()}`,
  );
}

/** Variables of flags without a value. */
const SWITCHES = [
  'FAUXKUBE_INSECURE_ADMIN',
  'FAUXKUBE_SIMULATED_METRICS',
  'FAUXKUBE_STRICT',
  'FAUXKUBE_STOP_WITH_STDIN',
  'FAUXKUBE_ENABLE_BOOTSTRAP_TOKEN_AUTH',
  'FAUXKUBE_LEADER_ELECT',
  'FAUXKUBE_USE_SERVICE_ACCOUNT_CREDENTIALS',
  'FAUXKUBE_WATCH_FIXTURES',
];

/** An empty variable is no value; compose files set those. And a switch is off when its variable says so. */
function readEnvironment(): void {
  for (const name of SWITCHES) if (/^(0|false|no|off)$/i.test(process.env[name] ?? '')) delete process.env[name];
  for (const [name, value] of Object.entries(process.env))
    if (name.startsWith('FAUXKUBE_') && value === '') delete process.env[name];
}

/** @param argv a start is every test's: it need not know what other commands there are */
function program(argv: readonly string[]): Command {
  const root = withPlainErrors(new Command('fauxkube'))
    .description('A Kubernetes API server made for tests: real kubectl and client libraries, no containers.')
    .exitOverride()
    // Else `requests` would take the flags of `requests tape` for its own.
    .enablePositionalOptions()
    .showSuggestionAfterError()
    .configureHelp({ sortSubcommands: true });
  root.option('-V, --version', 'print the version').on('option:version', () => {
    process.stdout.write(`fauxkube ${ownVersion()}\n`);
    process.exit(0);
  });
  const start = root
    .command('start')
    .description('start a cluster and serve it until the process is ended, or a command has run')
    .argument('[command...]', 'after --: runs with KUBECONFIG set, and ends the cluster with it')
    .addOption(flag('--host <address>', 'address to listen on').default('127.0.0.1'))
    .addOption(flag('--port <port>', 'HTTPS port; 0 picks a free one').argParser(port).default(6443))
    .addOption(flag('--http-port <port>', 'plain HTTP besides, on loopback').argParser(port))
    .addOption(
      flag('--proxy-port <port>', 'HTTP proxy to services and pods, on loopback').argParser(port).default(6480),
    )
    .addOption(
      flag('--dns-port <port>', "the cluster's DNS by UDP and TCP, on loopback; off unless given").argParser(port),
    )
    .addOption(flag('--ingress-port <port>', 'plain HTTP to what Ingresses name, on loopback').argParser(port))
    .addOption(flag('--ingress-tls-port <port>', 'the same over TLS, on loopback').argParser(port))
    .addOption(
      flag('--insecure-bind <ports>', `open ports that listen on --host too: ${OPEN_PORTS.join(', ')}`).argParser(
        openPorts,
      ),
    )
    .addOption(flag('--tls-san <name>', 'name or address for the serving certificate (repeatable)').argParser(collect))
    .addOption(
      flag('--cors-origin <origin>', 'origin of programs in browsers, * for any (repeatable)').argParser(collect),
    )
    .addOption(
      flag('--workers <count>', 'threads for the connections of the HTTPS port').argParser(integer(0, LIMITS.workers)),
    )
    .addOption(
      flag('--kubeconfig <file[=url]>', 'where to write the kubeconfig, and the server URL in it (repeatable)')
        .argParser(list(KUBECONFIGS))
        .default(KUBECONFIGS),
    )
    .addOption(flag('--kubeconfig-mode <mode>', 'file mode of kubeconfigs').argParser(octal).default(0o600, '0600'))
    .addOption(flag('--data-dir <dir>', 'keep everything here, in a journal and a readable JSON file'))
    .addOption(
      flag('--compact-after <writes>', 'how many writes its journal has before it is folded into the file').argParser(
        integer(1, Number.MAX_SAFE_INTEGER),
      ),
    )
    .addOption(
      flag('--history-events <count>', 'how many changes are kept for watches that resume').argParser(
        integer(1, LIMITS.historyEvents),
      ),
    )
    .addOption(flag('--history-age <duration>', 'for how long they are kept at most').argParser(durationMs))
    .addOption(
      flag(
        '--fixtures <path>',
        'file, folder, glob, kustomization or Helm chart of objects that are there from the start (repeatable)',
      ).argParser(collect),
    )
    .addOption(flag('--watch-fixtures', 'bring what changes in the files of fixtures into the cluster'))
    .addOption(flag('--init-dir <dir>', 'folder of manifests and JavaScript that run once at the start'))
    .addOption(
      flag('--pod-behaviours <path>', 'file or folder that says what images of pods do (repeatable)').argParser(
        collect,
      ),
    )
    .addOption(
      flag('--upstreams <servers>', 'servers that pods may lead to: HOST:PORT, *.DOMAIN:PORT (repeatable)').argParser(
        collect,
      ),
    )
    .addOption(
      flag('--kubelet-events <which>', 'Events of kubelets: all, or problems')
        .choices(['all', 'problems'])
        .default('problems'),
    )
    .addOption(
      flag('--kubernetes-version <version>', 'which Kubernetes it is: 1.30 to 1.37, or a patch such as 1.31.4'),
    )
    .addOption(flag('--nodes <count>', 'number of simulated nodes').argParser(integer(0, NODES_MAX)).default(2))
    .addOption(flag('--cluster-cidr <ranges>', 'where pods get their addresses from, one range for each IP family'))
    .addOption(flag('--node-cidr-mask-size-ipv4 <bits>', 'size of the range of a node').argParser(integer(1, 32)))
    .addOption(flag('--node-cidr-mask-size-ipv6 <bits>', 'the same for IPv6').argParser(integer(1, 128)))
    .addOption(
      flag(
        '--service-cluster-ip-range <ranges>',
        'where services get their addresses from, one range for each IP family',
      ),
    )
    .addOption(flag('--storage-class <name>', 'a default storage class, whose volumes are made at once'))
    .addOption(
      flag('--load-balancer-cidr <cidr>', 'where services of type LoadBalancer get their addresses from').argParser(
        cidr,
      ),
    )
    .addOption(flag('--simulated-metrics', 'let autoscalers and kubectl top see what pods use'))
    .addOption(flag('--controllers <list>', 'controllers to run: *, NAME, -NAME').argParser(collect))
    .addOption(flag('--enable-admission-plugins <list>', 'admission plugins to run besides').argParser(collect))
    .addOption(flag('--disable-admission-plugins <list>', 'admission plugins not to run').argParser(collect))
    .addOption(
      flag('--admission-control-config-file <file>', 'AdmissionConfiguration: what admission plugins are told'),
    )
    .addOption(
      flag('--seed <number>', 'repeat the same names, uids, choices and keys').argParser(
        integer(0, Number.MAX_SAFE_INTEGER),
      ),
    )
    .addOption(flag('--freeze-clock <time>', 'let time stand still from the start on, such as 2026-01-01T00:00:00Z'))
    .addOption(
      flag('--log-level <level>', 'how much to log')
        .choices([...LOG_LEVELS])
        .default('warn'),
    )
    .addOption(flag('--insecure-admin', 'open /-/ to programs on this machine without credentials'))
    .addOption(flag('--strict', 'refuse what docs/fidelity.md calls approximate'))
    .addOption(flag('--token-auth-file <file>', 'bearer tokens: lines of token,user,uid,"group,group"'))
    .addOption(flag('--stop-with-stdin', 'end as soon as standard input does: with the program that writes it'))
    .addHelpText(
      'after',
      `
Each flag is also an environment variable: --http-port is FAUXKUBE_HTTP_PORT.

Examples:
  fauxkube start --nodes 3 --fixtures manifests
  fauxkube start -- npm test
`,
    )
    .exitOverride()
    .action(startCommand);
  const more = [
    ...storageFlags(flag),
    ...authorizationFlags(flag, collect),
    ...auditFlags(flag, integer(1, Number.MAX_SAFE_INTEGER)),
    ...identityFlags(flag, collect),
  ];
  for (const option of more) start.addOption(option);
  withCommandHint(start);
  if (argv[2] !== 'start') addOthers(root);
  return root;
}

function addOthers(root: Command): void {
  root
    .command('wait')
    .description('wait until a cluster is ready')
    .addOption(flag('--url <url>', 'server to ask instead of that of a kubeconfig').argParser(url))
    .addOption(kubeconfigOption('ask the server of this kubeconfig, as soon as there is one'))
    .addOption(
      flag('--timeout <duration>', 'how long at most, such as 1m, or 60')
        .argParser(patience(0, 86_400_000))
        .default(60_000, '1m'),
    )
    .addOption(outputOption())
    .exitOverride()
    .action(waitCommand);
  root
    .command('kubeconfig')
    .description('make a user of a running cluster, through its certificate API, and write the kubeconfig')
    .requiredOption('--user <name>', 'name of the user')
    .addOption(flag('--group <group>', 'group that the user is in (repeatable)').argParser(collect))
    .addOption(flag('--ttl <duration>', 'how long the certificate is good: 8h, 30m').argParser(seconds))
    .addOption(flag('--output <file>', 'where to write it, - for stdout (default: .fauxkube/USER.kubeconfig)'))
    .addOption(
      new Option('--format <form>', 'what is printed: text, or json').choices(['text', 'json']).default('text'),
    )
    .addOption(kubeconfigOption())
    .addOption(
      flag('--server <url>', 'server URL in the new file; that of the administrator unless given').argParser(url),
    )
    .addOption(flag('--kubeconfig-mode <mode>', 'file mode of the new file').argParser(octal).default(0o600, '0600'))
    .exitOverride()
    .action(async (flags) => {
      const { kubeconfigCommand } = await import('./user-kubeconfig.ts');
      await kubeconfigCommand(flags);
    });
  addControllers(root, flag, collect);
  addClusters(root);
  addFaults(root);
  addPods(root);
  addClock(root);
  addFixtures(root);
  addRequests(root);
  addQuestions(root);
  addSavepoints(root);
  addVersion(root);
  addUi(root);
  addCompletion(root);
}

/** Runs one command; wrong flags end the process with code 2 and a sentence that says what to do. */
export async function runCommandLine(argv: readonly string[]): Promise<void> {
  // Whoever read the first line may be gone (`| head -1`): what comes after it is for nobody, and the cluster goes on.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
  readEnvironment();
  const root = program(argv);
  if (argv.length <= 2) {
    process.stdout.write(`${root.helpInformation()}\nBegin with: fauxkube start\n`);
    return;
  }
  try {
    await root.parseAsync([...argv]);
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    process.exitCode = error.exitCode === 0 ? 0 : USAGE_EXIT_CODE;
  }
}
