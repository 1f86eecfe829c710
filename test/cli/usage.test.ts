import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { root } from '../root.ts'
import { daybook, folderWith } from './daybook.ts'

const version = (JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string }).version
const escapeSign = '\u001b'

t.test('--version and --help', async (t) => {
  for (const flag of ['--version', '-V']) t.same((await daybook([flag])).stdout, `${version}\n`)
  for (const args of [['--help'], ['help'], []]) {
    const { code, stdout, stderr } = await daybook(args)
    t.equal(code, 0)
    t.match(stdout, /validate <page\.\.\.>/)
    t.equal(stderr, '')
  }
  const { code, stdout } = await daybook(['run', '--help'])
  t.equal(code, 0)
  for (const option of ['--json', '--store', '--threads', '--quiet', '--set', '--serve']) t.match(stdout, option)
})

t.test('bad usage ends with 2, says what is wrong and what was meant', async (t) => {
  const cases: [args: string[], message: RegExp][] = [
    [['vaildate'], /unknown command `vaildate`\n {2}Did you mean `validate`\?/],
    [['run'], /missing required argument `page`\n.*daybook run --help/],
    [['run', 'page.yaml', '--treads', '2'], /unknown option `--treads`\n {2}Did you mean `--threads`\?/],
    [['run', 'page.yaml', '--threads', 'two'], /a whole number is expected/],
    [['run', 'page.yaml', '--threads', '0'], /1 to 1024 is expected/],
    [['run', 'page.yaml', 'another.yaml'], /too many arguments/],
    [['init', 'wage'], /there is no template `wage`\n {2}Did you mean `wages`\?/],
    [['plugins', 'algoritm'], /`algoritm` is not a kind of plugin\n {2}Did you mean `algorithm`\?/],
    [['completion', 'tcsh'], /no completion for `tcsh`/],
    [['predict', 'latest', 'rows.csv', '--format', 'xml'], /Allowed choices are jsonl, csv/],
    [['run', 'nowhere.yaml'], /SPEC_FILE_MISSING {2}there is no file nowhere\.yaml/],
  ]
  await Promise.all(
    cases.map(async ([args, message]) => {
      const { code, stdout, stderr } = await daybook(args)
      t.equal(code, 2, args.join(' '))
      t.equal(stdout, '', 'nothing on stdout')
      t.match(stderr, message)
      t.notMatch(stderr, escapeSign, 'no colour where stderr is no terminal')
    }),
  )
})

t.test('bad usage with --json is one document on stdout', async (t) => {
  for (const args of [
    ['vaildate', '--json'],
    ['run', '--json'],
    ['show', 'latest', '--json', '--store', 'nowhere'],
  ]) {
    const { code, stdout, stderr } = await daybook(args)
    t.equal(code, 2)
    t.equal(stderr, '')
    const { formatVersion, ok, errors } = JSON.parse(stdout)
    t.same([formatVersion, ok, errors.length], ['1.0', false, 1])
    t.same(Object.keys(errors[0]), ['code', 'message', 'hint', 'file', 'line', 'col', 'endCol'])
  }
})

t.test('every template is a page that is valid, and one of them runs', async (t) => {
  const folder = await folderWith(t)
  for (const template of ['loan-approval', 'loan-approval-nn', 'scorecard', 'wages']) {
    const made = await daybook(['init', template], { cwd: folder })
    t.equal(made.code, 0)
    t.equal(made.stdout, `${join(template, `${template}.yaml`)}\n`)
    t.match(made.stderr, /Next: npx daybook run/)
    const text = await readFile(join(folder, template, `${template}.yaml`), 'utf8')
    const schema = /\$schema=(\S+)/.exec(text)?.[1] as string
    t.ok(existsSync(join(folder, template, schema)), 'the modeline leads to the schema that is installed')
  }
  const pages = ['loan-approval', 'loan-approval-nn', 'scorecard', 'wages'].map((name) => join(name, `${name}.yaml`))
  t.equal((await daybook(['validate', ...pages], { cwd: folder })).code, 0)
  t.equal((await daybook(['run', pages[3] as string], { cwd: folder })).code, 0)

  const again = await daybook(['init', 'wages'], { cwd: folder })
  t.equal(again.code, 2)
  t.match(again.stderr, /wages is not empty/)
  const named = await daybook(['init', 'wages', 'elsewhere', '--json'], { cwd: folder })
  t.equal(JSON.parse(named.stdout).page, join(folder, 'elsewhere', 'wages.yaml'))
})

t.test('plugins, schema and doctor', async (t) => {
  const all = JSON.parse((await daybook(['plugins', '--json'])).stdout).plugins as {
    kind: string
    id: string
    version: number
  }[]
  t.match(
    all.find(({ id }) => id === 'gradient-boosting'),
    { kind: 'algorithm', version: Number },
  )
  const metrics = await daybook(['plugins', 'metric'])
  t.match(metrics.stdout, /^metric +auc +\S/m)
  t.notMatch(metrics.stdout, /^algorithm/m)

  const schema = JSON.parse((await daybook(['schema'])).stdout)
  t.equal(schema.$schema, 'http://json-schema.org/draft-07/schema#')
  t.ok(schema.properties.data)

  const { code, stdout } = await daybook(['doctor', '--json'], { cwd: await folderWith(t) })
  t.equal(code, 0)
  const { ok, checks } = JSON.parse(stdout)
  t.ok(ok)
  t.ok(checks.length >= 5)
})

t.test('completion scripts hold every command and are accepted by their shells', async (t) => {
  for (const shell of ['bash', 'zsh', 'fish']) {
    const { code, stdout } = await daybook(['completion', shell])
    t.equal(code, 0)
    for (const word of ['validate', 'predict', 'threads']) t.match(stdout, word)
    const { status, stderr, error } = spawnSync(shell, ['-n'], { input: stdout, encoding: 'utf8' })
    if (error) t.comment(`${shell} is not here`)
    else t.equal(status, 0, `${shell} -n ${stderr}`)
  }
  const { stdout } = await daybook(['completion', 'bash'])
  const typed = `${stdout}\nCOMP_WORDS=(daybook va); COMP_CWORD=1; _daybook; echo "\${COMPREPLY[@]}"
COMP_WORDS=(daybook run --th); COMP_CWORD=2; _daybook; echo "\${COMPREPLY[@]}"`
  const bash = spawnSync('bash', ['-c', typed], { encoding: 'utf8' })
  if (bash.error) t.comment('bash is not here')
  else t.equal(bash.stdout, 'validate\n--threads\n')
})
