import { Argument, Command, CommanderError, InvalidArgumentError, Option } from 'commander'
import { asDaybookError, type DaybookError, fail } from '../base/errors.ts'
import type { CommonOptions } from './commands/options.ts'
import { openTerminal, type Terminal } from './output.ts'
import { printErrors } from './problems.ts'

/** Runs the command line and gives its exit code. */
export async function main(args: readonly string[], version: string): Promise<number> {
  // Whoever reads our output may close it early (`daybook ls | head`): that is no fault.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1))
  let exitCode = 0
  const program = buildProgram(version, (code) => {
    exitCode = code
  })
  try {
    await program.parseAsync(args.length === 0 ? ['--help'] : [...args], { from: 'user' })
    return exitCode
  } catch (thrown) {
    const terminal = openTerminal({ json: args.includes('--json') })
    if (thrown instanceof CommanderError) {
      if (thrown.exitCode === 0) return 0
      return printErrors(usageError(thrown.message, args), terminal)
    }
    return printErrors(asDaybookError(thrown), terminal)
  }
}

function buildProgram(version: string, done: (exitCode: number) => void): Command {
  const program = new Command('daybook')
    .description('One YAML page from data to a deployed model, run cell by cell and recorded bit for bit.')
    .version(version)
    .exitOverride()
    .configureOutput({ writeErr: () => {} })
    .showSuggestionAfterError()
    .helpCommand(true)
    .configureHelp({ subcommandTerm: (command) => `${command.name()} ${argumentsOf(command)}`.trim() })

  /** Declares a command with the options that all have; the action's modules are loaded when it runs. */
  const command = (
    usage: string,
    summary: string,
    action: (
      terminal: Terminal,
      options: CommonOptions & Record<string, never>,
      words: string[],
    ) => Promise<number> | number,
    setUp: (command: Command) => void = () => {},
  ) => {
    const declared = program
      .command(usage)
      .summary(summary)
      .description(summary)
      .exitOverride()
      .configureOutput({ writeErr: () => {} })
    setUp(declared)
    declared
      .option('--json', 'print one JSON document and nothing else')
      .option('--store <dir>', 'folder of the store (default: .daybook beside the page, else the nearest one upward)')
      .addOption(new Option('--threads <n>', 'threads to use (default: the cores)').argParser(threadCount))
      .option('--quiet', 'no progress')
    declared.action(async (...given: unknown[]) => {
      const options = given.at(-2) as CommonOptions & Record<string, never>
      const words = given
        .slice(0, -2)
        .flat()
        .filter((word) => word !== undefined) as string[]
      done(await action(openTerminal(options), options, words))
    })
  }
  const signs = (declared: Command) =>
    declared.option('--key <file>', 'private key to sign with (default: DAYBOOK_KEY)')
  const sets = (declared: Command) =>
    declared.option('--set <path=value>', 'override a declared value of the page; may be repeated', collect, [])

  command(
    'init [template] [folder]',
    'make a folder with a page that runs',
    async (terminal, _, [template, folder]) => {
      const { init } = await import('./commands/init.ts')
      init(template ?? 'loan-approval', folder, terminal)
      return 0
    },
  )
  command(
    'validate <page...>',
    'is the page right? all errors at once',
    async (terminal, options, pages) => (await import('./commands/validate.ts')).validate(pages, options, terminal),
    sets,
  )
  command(
    'plan <page>',
    'what would run, what is cached, and why',
    async (terminal, options, [page]) => (await import('./commands/plan.ts')).plan(page as string, options, terminal),
    sets,
  )
  command(
    'run <page>',
    'run what is stale, write the record and the report',
    async (terminal, options, [page]) => (await import('./commands/run.ts')).run(page as string, options, terminal),
    (declared) => {
      sets(declared)
      declared
        .option('--serve', 'go on to serve the model')
        .option('--key <file>', 'sign the run when it has ended (default: DAYBOOK_KEY, where that is set)')
        .option('--frozen', 'run only from what the page’s lock says, and exit 4 if the outcome differs')
        .option('--update-lock', 'renew the page’s lock from this run')
    },
  )
  command('ls [pipeline]', 'list the runs', async (terminal, options, [pipeline]) =>
    (await import('./commands/runs.ts')).ls(pipeline, options, terminal),
  )
  command(
    'show <run>',
    'show a run, or with --resolved a page with every default',
    async (terminal, options, [run]) => (await import('./commands/runs.ts')).show(run as string, options, terminal),
    (declared) => {
      sets(declared)
      declared.option('--resolved', 'RUN is a page, or a run: print it with every default')
    },
  )
  command('why <run> <cell>', 'why a cell of a run ran or was cached', async (terminal, options, [run, cell]) =>
    (await import('./commands/why.ts')).why(run as string, cell as string, options, terminal),
  )
  command(
    'verify <run>',
    'replay a run, or the run in an archive, and compare every cell; check a package or a signed folder',
    async (terminal, options, [run]) => (await import('./commands/verify.ts')).verify(run as string, options, terminal),
    (declared) =>
      declared
        .option('--data <dir>', 'also look here for inputs that have moved; may be repeated', collect, [])
        .option(
          '--key <file>',
          'trusted public key, or a folder of .pub files; may be repeated: one must have signed',
          collect,
        )
        .option('--no-replay', 'hold files and objects against their digests, and train nothing')
        .addOption(
          new Option('--sample <share>', 'replay a sample of the cells alone, such as 5%: at least one').argParser(
            percentage,
          ),
        )
        .addOption(
          new Option('--seed <n>', 'which cells are sampled (default: by chance, and told)').argParser(wholeNumber),
        )
        .option('--run-code', 'run plugins that an archive brings along, or npm packages that its page names'),
  )
  command(
    'export <run>',
    'pack a run into one file for an auditor',
    async (terminal, options, [run]) =>
      (await import('./commands/export.ts')).exportCommand(run as string, options, terminal),
    (declared) =>
      declared
        .option('--out <file>', 'file of the archive (default: the run’s id and .tar)')
        .option('--with-data', 'with inputs and rows, so that it can be repeated from the archive alone')
        .option('--data <dir>', 'also look here for inputs that have moved; may be repeated', collect, []),
  )
  command(
    'key',
    'make a key pair to sign with, or show the id of a key',
    async (terminal, options, [what, file]) => {
      const sign = await import('./commands/sign.ts')
      return what === 'new'
        ? sign.keyNew(file ?? 'daybook.key', options, terminal)
        : sign.keyShow(file ?? 'daybook.key.pub', options, terminal)
    },
    (declared) =>
      declared
        .addArgument(new Argument('<what>', 'a new pair, or the id of a public key').choices(['new', 'show']))
        .argument('[file]', 'file of the key (default: daybook.key, its public half daybook.key.pub)'),
  )
  command(
    'attest <run>',
    'sign where a run came from',
    async (terminal, options, [run]) => (await import('./commands/sign.ts')).attest(run as string, options, terminal),
    (declared) => signs(declared).option('--out <dir>', 'also write the model’s files here, with a model.sig'),
  )
  command(
    'sign <folder>',
    'sign all files of a folder: OpenSSF Model Signing, model.sig',
    async (terminal, options, [folder]) =>
      (await import('./commands/sign.ts')).sign(folder as string, options, terminal),
    (declared) =>
      signs(declared)
        .option('--name <name>', 'name of the model (default: that of the folder)')
        .option('--ignore <path>', 'leave this file or folder out; may be repeated', collect, []),
  )
  command(
    'approve <run>',
    'sign a run off in a role',
    async (terminal, options, [run]) =>
      (await import('./commands/approve.ts')).approve(run as string, options, terminal),
    (declared) => {
      signs(declared)
      declared
        .option('--role <role>', 'such as validator or owner', 'reviewer')
        .option('--note <text>', 'what was looked at')
    },
  )
  command('fsck', 'hold every file of the store against its digest', async (terminal, options) =>
    (await import('./commands/fsck.ts')).fsck(options, terminal),
  )
  command(
    'gc',
    'remove what no kept run needs',
    async (terminal, options) => (await import('./commands/fsck.ts')).gc(options, terminal),
    (declared) =>
      declared
        .addOption(
          new Option(
            '--keep <n>',
            'keep the objects of the latest n runs of each pipeline (default: of all runs)',
          ).argParser(wholeNumber),
        )
        .option('--dry-run', 'say what would go, and remove nothing'),
  )
  command(
    'forget [run]',
    'remove the rows of a run’s inputs, and leave a tombstone in the ledger',
    async (terminal, options, [run]) => (await import('./commands/forget.ts')).forget(run, options, terminal),
    (declared) =>
      declared
        .option('--input <digest>', 'an input by its SHA-256, instead of all of a run’s; may be repeated', collect, [])
        .option('--reason <text>', 'why, for the tombstone')
        .option('--models', 'also models and what cells fitted: neighbours and kernel machines hold rows')
        .option('--dry-run', 'say what would go, and remove nothing'),
  )
  command(
    'ledger',
    'print the head of the ledger, to publish elsewhere',
    async (terminal, options) => (await import('./commands/fsck.ts')).ledgerHead(options, terminal),
    (declared) => declared.addArgument(new Argument('<what>', 'the last entry').choices(['head'])),
  )
  command(
    'diff <a> <b>',
    'what differs between two runs: data, page, code, metrics, predictions',
    async (terminal, options, [a, b]) =>
      (await import('./commands/diff.ts')).diff(a as string, b as string, options, terminal),
    (declared) => declared.option('--md', 'as Markdown, for a pull request'),
  )
  command(
    'report <run>',
    'write the run as one offline HTML file',
    async (terminal, options, [run]) => (await import('./commands/report.ts')).report(run as string, options, terminal),
    (declared) => declared.option('--out <file>', 'where to write it (default: the run’s folder)'),
  )
  command(
    'document <run>',
    'write the model card, the ML-BOM, lineage events or an audit dossier of a run',
    async (terminal, options, [run]) =>
      (await import('./commands/document.ts')).document(run as string, options, terminal),
    (declared) =>
      declared
        .addOption(
          new Option('--as <kind>', 'what to write')
            .choices(['model-card', 'ml-bom', 'open-lineage', 'dossier'])
            .default('model-card'),
        )
        .option('--out <file>', 'where to write it (default: stdout)')
        .option('--post <url>', 'send lineage events there (token: DAYBOOK_OPENLINEAGE_TOKEN)'),
  )
  command(
    'serve <run...>',
    'serve models over HTTP',
    async (terminal, options, runs) => (await import('./commands/serve.ts')).serve(runs, options, terminal),
    (declared) =>
      declared
        .description('Serve models over HTTP: of runs, or of a serve file (YAML or JSON).')
        .addOption(
          new Option('--port <n>', 'port (default: the page’s, else 8080; 0 for any free one)').argParser(wholeNumber),
        )
        .option('--host <address>', 'address to bind (default: loopback)')
        .option('--token <token>', 'bearer token that requests must carry (default: DAYBOOK_TOKEN)')
        .option('--tokens <file>', 'file of the tokens that are taken, as `daybook token new` prints its lines')
        .option('--tls-certificate <file>', 'certificate chain, PEM')
        .option('--tls-key <file>', 'private key of the certificate, PEM')
        .option('--key <file>', 'public key that must have signed the runs')
        .option('--challenger <run>', 'run that scores the same rows after the first one has answered')
        .addOption(
          new Option(
            '--management <n>',
            'port of metrics and of the repository (default: one above the port)',
          ).argParser(wholeNumber),
        )
        .option('--no-management', 'no such port')
        .option('--no-drift', 'do not watch how rows and scores drift from training')
        .option('--receipts <file>', 'write a receipt of each decision of /predict there, in a signed chain')
        .option('--receipt-key <file>', 'private key that signs receipts (default: DAYBOOK_KEY)')
        .addOption(new Option('--log <level>', 'what is logged').choices(['silent', 'error', 'info', 'debug'])),
  )
  command(
    'token',
    'make a token that a server takes',
    async (terminal, options) => (await import('./commands/token.ts')).tokenNew(options, terminal),
    (declared) =>
      declared
        .addArgument(new Argument('<what>', 'a new token').choices(['new']))
        .option('--scope <scope>', 'infer, admin or metrics; may be repeated (default: infer)', collect, [])
        .option('--until <day>', 'first day on which it is no longer taken, such as 2027-06-30')
        .option('--note <text>', 'what it is for'),
  )
  command(
    'package <run>',
    'write a package of a run’s model, held against it before it is written',
    async (terminal, options, [run]) =>
      (await import('./commands/package.ts')).packageModel(run as string, options, terminal),
    (declared) => {
      declared
        .option(
          '--as <target>',
          'the target: npm, onnx, mlflow, docker, lambda, oci, or a plugin as a page names it',
          'npm',
        )
        .option(
          '--out <path>',
          'folder to write it into, or NAME.tgz for what npm installs (default: named by pipeline and target)',
        )
        .option('--set <name=value>', 'a param of the target; may be repeated', collect, [])
    },
  )
  command(
    'predict <run> <file>',
    'score a CSV, JSON lines or Parquet file by a run’s model or a package',
    async (terminal, options, [run, file]) =>
      (await import('./commands/predict.ts')).predict(run as string, file as string, options, terminal),
    (declared) =>
      declared
        .addOption(new Option('--format <format>', 'form of the output').choices(['jsonl', 'csv']).default('jsonl'))
        .addOption(
          new Option('--reasons <n>', 'say why: the columns that spoke most for it, so many a row').argParser(
            oneToHundred,
          ),
        )
        .option('--of <class>', 'binary: the class that reasons speak for (default: the positive one)'),
  )
  command(
    'drift <run> <file>',
    'how rows and their scores lie beside the training rows',
    async (terminal, options, [run, file]) =>
      (await import('./commands/drift.ts')).drift(run as string, file as string, options, terminal),
    (declared) =>
      declared.addOption(
        new Option(
          '--max-psi <index>',
          'exit 3 where an index is above this, and farther than so few rows come by chance (usual: 0.25)',
        ).argParser(positive),
      ),
  )
  command(
    'prove <file>',
    'check a server’s receipts; prove one decision by its row and its model',
    async (terminal, options, [file]) => (await import('./commands/prove.ts')).prove(file as string, options, terminal),
    (declared) =>
      declared
        .option('--key <file>', 'public key of who signed the receipts')
        .option('--receipt <id>', 'the receipt of the decision, as the answer named it')
        .option('--row <file>', 'the row that was sent, as JSON')
        .option('--package <run>', 'score the row again by this run’s model, or by the package in this folder'),
  )
  command('plugins [kind]', 'list the plugins', async (terminal, _, [kind]) =>
    (await import('./commands/plugins.ts')).plugins(kind, terminal),
  )
  command('schema', 'print the JSON Schema of pages', async () => (await import('./commands/schema.ts')).schema())
  command('doctor', 'is this machine fit to run Daybook?', async (terminal, options) =>
    (await import('./commands/doctor.ts')).doctor(options.store ?? '.daybook', terminal),
  )
  command('completion <shell>', 'print a completion script for bash, zsh or fish', async (terminal, _, [shell]) => {
    const { completionScript } = await import('./commands/completion.ts')
    terminal.result(completionScript(shell as string, program).trimEnd())
    return 0
  })
  return program
}

/** `<page> [folder]`, for the list of commands: that each takes options is said by its own help. */
function argumentsOf(command: Command): string {
  const shown = command.registeredArguments.map((argument) => {
    const name = `${argument.name()}${argument.variadic ? '...' : ''}`
    return argument.required ? `<${name}>` : `[${name}]`
  })
  return shown.join(' ')
}

/** What commander found wrong, as ours: `error: unknown command 'rnu'\n(Did you mean run?)`. */
function usageError(message: string, [command]: readonly string[]): DaybookError {
  const [first = '', suggestion] = message.replace(/^error: /, '').split('\n')
  const reason = first.replaceAll("'", '`')
  const near = suggestion === undefined ? undefined : /^\(Did you mean (.+)\?\)$/.exec(suggestion)?.[1]
  const known = command !== undefined && !command.startsWith('-') && !first.startsWith('unknown command')
  const help = `See \`daybook ${known ? `${command} ` : ''}--help\`.`
  return fail('CLI_USAGE', { reason }, { hint: near === undefined ? help : `Did you mean \`${near}\`? ${help}` })
}

function collect(value: string, before: readonly string[] = []): string[] {
  return [...before, value]
}

function threadCount(text: string): number {
  const value = wholeNumber(text)
  if (value < 1 || value > 1024) throw new InvalidArgumentError('1 to 1024 is expected')
  return value
}

/** `5%` as 0.05. */
function percentage(text: string): number {
  const value = Number(/^(\d{1,3}(?:\.\d+)?)%$/.exec(text)?.[1])
  if (!(value > 0 && value <= 100)) throw new InvalidArgumentError('a percentage such as 5% is expected')
  return value / 100
}

function positive(text: string): number {
  const value = Number(text)
  if (!(value > 0 && Number.isFinite(value))) throw new InvalidArgumentError('a number above 0 is expected')
  return value
}

function oneToHundred(text: string): number {
  const value = wholeNumber(text)
  if (value < 1 || value > 100) throw new InvalidArgumentError('1 to 100 is expected')
  return value
}

function wholeNumber(text: string): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 0) throw new InvalidArgumentError('a whole number is expected')
  return value
}
