/** `fauxkube why`, `fauxkube lint` and `fauxkube rbac`: questions about a running cluster and its clients. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { markOrTime } from './arguments.ts';
import { kubeconfigOption } from './kubeconfig-option.ts';
import { outputOption } from './output.ts';

function kindAndName(text: string): readonly [kind: string, name: string] {
  const [kind = '', name = '', ...more] = text.split('/');
  if (kind !== '' && name !== '' && more.length === 0) return [kind, name];
  throw new InvalidArgumentError('it has to be KIND/NAME, such as deployment/web.');
}

/** Adds the commands to the program. */
export function addQuestions(root: Command): void {
  root
    .command('why')
    .description('tell why an object is as it is: its history, who owns which field, what it owns and how that is')
    .argument('<kind/name>', 'deployment/web', kindAndName)
    .option('-n, --namespace <name>', 'namespace of the object; default unless given, and none where it has none')
    .addOption(outputOption())
    .addOption(kubeconfigOption())
    .addHelpText('after', '\nExample: fauxkube why deployment/web -n shop\n')
    .action(async (object, flags) => (await import('./ask-questions.ts')).tellWhy(object, flags));
  root
    .command('lint')
    .description('find habits of clients that hurt a real cluster; ends with code 1 when there are some')
    .addOption(
      new Option('--since <mark-or-time>', 'look at what came after a mark, or since a time').argParser(markOrTime),
    )
    .addOption(
      new Option('--fail-on <list>', 'what ends with code 1: info (all), warning, names of rules, or none').default(
        'info',
      ),
    )
    .addOption(outputOption())
    .addOption(kubeconfigOption())
    .addHelpText('after', '\nExample: fauxkube lint --fail-on warning\n')
    .action(async (flags) => (await import('./ask-questions.ts')).lint(flags));
  addRbac(root.command('rbac').description('make Roles of the permissions that users have used'));
}

function addRbac(rbac: Command): void {
  rbac
    .command('print')
    .description('print Roles and bindings for what was used')
    .option('--user <name>', 'only for this user: jane, system:serviceaccount:shop:operator')
    .option('--names', 'with the names of objects, where every use had one')
    .option('--refused', 'give what was refused as well')
    .addOption(new Option('-o, --output <form>', 'yaml, or json').choices(['yaml', 'json']).default('yaml'))
    .addOption(kubeconfigOption())
    .addHelpText('after', '\nExample: fauxkube rbac print --user system:serviceaccount:shop:operator > role.yaml\n')
    .action(async (flags) => (await import('./ask-questions.ts')).printRbac(flags));
  for (const [name, description, method, path] of [
    ['record', 'forget what was used so far: what is printed then is of what follows', 'DELETE', '/-/rbac'],
    ['release', 'leave everything to the Roles of the cluster again', 'DELETE', '/-/rbac/enforce'],
  ] as const)
    rbac
      .command(name)
      .description(description)
      .addOption(outputOption())
      .addOption(kubeconfigOption())
      .action(async (flags) => (await import('./ask-questions.ts')).changeRbac(method, path, flags));
  rbac
    .command('enforce')
    .description('hold users to exactly what they have used so far, or in an earlier run')
    .argument('[file]', 'what "rbac print -o json" has written then; - is standard input')
    .addOption(outputOption())
    .addOption(kubeconfigOption())
    .addHelpText(
      'after',
      '\nExample: fauxkube rbac print -o json > used.json, and in the next run rbac enforce used.json\n',
    )
    .action(async (file, flags) =>
      (await import('./ask-questions.ts')).changeRbac('POST', '/-/rbac/enforce', flags, file),
    );
}
