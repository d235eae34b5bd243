/** `fauxkube completion bash|zsh|fish`: what a shell completes, from the commands and flags that there are. */
import { Argument, type Command } from 'commander';

/** A command with what may follow it. */
interface Completed {
  /** `clusters create`; empty for the program itself. */
  readonly path: string;
  readonly commands: readonly { readonly name: string; readonly description: string }[];
  readonly flags: readonly {
    readonly long: string;
    readonly short: string | undefined;
    readonly description: string;
    readonly takesValue: boolean;
    readonly choices: readonly string[];
  }[];
  /** Words that its first argument may be. */
  readonly words: readonly string[];
}

const HELP = { long: '--help', short: '-h', description: 'display help', takesValue: false, choices: [] };

/** The whole tree, each command before its own. */
function completedOf(command: Command, path = ''): Completed[] {
  const subcommands = command.commands.map((sub) => ({ name: sub.name(), description: sub.description() }));
  const flags = command.options.map(({ long, short, description, required, optional, argChoices }) => ({
    long: long ?? '',
    short,
    description,
    takesValue: required || optional,
    choices: argChoices ?? [],
  }));
  const words = command.registeredArguments[0]?.argChoices ?? [];
  return [
    { path, commands: subcommands, flags: [...flags, HELP], words },
    ...command.commands.flatMap((sub) => completedOf(sub, `${path} ${sub.name()}`.trim())),
  ];
}

/** For a shell, in single quotes. */
const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/** Cases of the words that have been typed so far, which bash and zsh find in the same way. */
function cases(tree: readonly Completed[], lineOf: (command: Completed) => string): string {
  return tree.map((command) => `    ${quoted(command.path)}) ${lineOf(command)} ;;`).join('\n');
}

/** Which command is meant, and after which flag the cursor stands. */
const valueFlags = (tree: readonly Completed[]): string[] => [
  ...new Set(
    tree.flatMap(({ flags }) =>
      flags.filter(({ takesValue }) => takesValue).flatMap(({ long, short }) => [long, ...(short ? [short] : [])]),
    ),
  ),
];

/** Lines such as `'start --kubelet-events') words='all problems'`, for the values of flags. */
function choiceCases(tree: readonly Completed[]): string {
  const lines = tree.flatMap(({ path, flags }) =>
    flags
      .filter(({ choices }) => choices.length > 0)
      .flatMap(({ long, short, choices }) =>
        [long, ...(short ? [short] : [])].map(
          (flag) => `    ${quoted(`${path} ${flag}`)}) words=${quoted(choices.join(' '))} ;;`,
        ),
      ),
  );
  return lines.join('\n');
}

const isCommand = (tree: readonly Completed[]): string =>
  tree
    .filter(({ path }) => path !== '')
    .map(({ path }) => quoted(path))
    .join('|');

function bash(tree: readonly Completed[]): string {
  const wordsOf = ({ commands, flags, words }: Completed): string => {
    const first = quoted([...commands.map(({ name }) => name), ...words].join(' '));
    return `words=${first} flags=${quoted(flags.map(({ long }) => long).join(' '))}`;
  };
  return `# bash completion of fauxkube: source <(fauxkube completion bash)
_fauxkube() {
  local current=\${COMP_WORDS[COMP_CWORD]} before='' path='' words='' flags='' word i
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]}
    [[ $word == -- ]] && { COMPREPLY=($(compgen -c -f -- "$current")); return; }
    case "\${path:+$path }$word" in
      ${isCommand(tree)}) path="\${path:+$path }$word" ;;
    esac
  done
  before=\${COMP_WORDS[COMP_CWORD - 1]}
  if [[ $current == = ]]; then current=''; elif [[ $before == = ]]; then before=\${COMP_WORDS[COMP_CWORD - 2]}; fi
  case "$before" in
    ${valueFlags(tree).join('|')})
      case "$path $before" in
${choiceCases(tree)}
      esac
      if [[ -n $words ]]; then COMPREPLY=($(compgen -W "$words" -- "$current")); return; fi
      COMPREPLY=($(compgen -f -- "$current"))
      return ;;
  esac
  case "$path" in
${cases(tree, wordsOf)}
  esac
  if [[ $current == -* ]]; then words=$flags; fi
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o filenames -F _fauxkube fauxkube
`;
}

/** `name:description`, whose colons are escaped. */
const described = (name: string, description: string): string =>
  quoted(`${name.replaceAll(':', '\\:')}:${description.replaceAll(':', '\\:')}`);

function zsh(tree: readonly Completed[]): string {
  const wordsOf = ({ commands, flags, words }: Completed): string => {
    const named = [
      ...commands.map(({ name, description }) => described(name, description)),
      ...words.map((word) => described(word, '')),
    ];
    const dashed = flags.map(({ long, description }) => described(long, description));
    return `commands=(${named.join(' ')}); flags=(${dashed.join(' ')})`;
  };
  return `#compdef fauxkube
# zsh completion of fauxkube: source <(fauxkube completion zsh)
_fauxkube() {
  local -a commands flags
  local fauxpath='' words_='' word before i
  for ((i = 2; i < CURRENT; i++)); do
    word=\${words[i]}
    if [[ $word == -- ]]; then shift $i words; ((CURRENT -= i)); _normal; return; fi
    case "\${fauxpath:+$fauxpath }$word" in
      ${isCommand(tree)}) fauxpath="\${fauxpath:+$fauxpath }$word" ;;
    esac
  done
  before=\${words[CURRENT - 1]}
  case "$before" in
    ${valueFlags(tree).join('|')})
      case "$fauxpath $before" in
${choiceCases(tree).replaceAll(' words=', ' words_=')}
      esac
      if [[ -n $words_ ]]; then compadd -- \${=words_}; else _files; fi
      return ;;
  esac
  case "$fauxpath" in
${cases(tree, wordsOf)}
  esac
  if [[ \${words[CURRENT]} == -* ]]; then _describe flag flags; else _describe command commands; fi
}
compdef _fauxkube fauxkube
`;
}

function fish(tree: readonly Completed[]): string {
  const paths = tree.map(({ path }) => path).filter((path) => path !== '');
  const lines = tree.flatMap(({ path, commands, flags, words }) => {
    const where = `complete -c fauxkube -n ${quoted(`test (__fauxkube_path) = '${path}'`)}`;
    return [
      ...commands.map(({ name, description }) => `${where} -f -a ${quoted(name)} -d ${quoted(description)}`),
      ...words.map((word) => `${where} -f -a ${quoted(word)}`),
      ...flags.map(({ long, short, description, takesValue, choices }) =>
        [
          where,
          `-l ${quoted(long.replace(/^--/, ''))}`,
          ...(short ? [`-s ${quoted(short.replace('-', ''))}`] : []),
          `-d ${quoted(description)}`,
          ...(takesValue ? ['-r'] : []),
          ...(choices.length > 0 ? [`-f -a ${quoted(choices.join(' '))}`] : []),
        ].join(' '),
      ),
    ];
  });
  return `# fish completion of fauxkube: fauxkube completion fish | source
function __fauxkube_path
  set -l known ${paths.map(quoted).join(' ')}
  set -l path ''
  for word in (commandline -opc)[2..-1]
    set -l longer (string trim "$path $word")
    contains -- $longer $known; and set path $longer
  end
  echo "$path"
end
${lines.join('\n')}
`;
}

const SHELLS = { bash, zsh, fish } as const;

/** Adds the command to the program, whose other commands are there already. */
export function addCompletion(root: Command): void {
  root
    .command('completion')
    .description('print what a shell needs to complete commands and flags')
    .addArgument(new Argument('<shell>', 'which one').choices(Object.keys(SHELLS)))
    .addHelpText('after', '\nExample:\n  source <(fauxkube completion bash)')
    .exitOverride()
    .action((shell: keyof typeof SHELLS) => {
      process.stdout.write(SHELLS[shell](completedOf(root)));
    });
}
