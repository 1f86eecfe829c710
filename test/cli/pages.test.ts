import { existsSync } from 'node:fs'
import { mkdir, readFile, symlink } from 'node:fs/promises'
import { isAbsolute, join } from 'node:path'
import t from 'tap'
import { root } from '../root.ts'
import { daybook, folderWith, smallPage } from './daybook.ts'

const escapeSign = '\u001b'
const hex = /^[0-9a-f]{64}$/

t.test('validate: a page that is right', async (t) => {
  const folder = await folderWith(t, { 'small.yaml': smallPage })
  const { code, stdout, stderr } = await daybook(['validate', 'small.yaml'], { cwd: folder })
  t.same([code, stdout, stderr], [0, 'small.yaml: valid\n', ''])
  t.notOk(existsSync(join(folder, '.daybook')), 'nothing is written')
  const json = await daybook(['validate', 'small.yaml', '--json'], { cwd: folder })
  t.same(JSON.parse(json.stdout), { formatVersion: '1.0', ok: true, errors: [] })
})

t.test('validate: bad pages end with 2 in a second, point at the line and say what to do', async (t) => {
  const cases: [page: string, message: RegExp][] = [
    [
      'unknown-param',
      /unknown-param\.yaml:7:11 SPEC_UNKNOWN_PARAM .*\n +7 \| +with: \{ maxDeph: 5 \}\n +\| +\^{7} +did you mean `maxDepth`/,
    ],
    ['duplicate-key', /SPEC_DUPLICATE_KEY/],
    ['tab-indent', /SPEC_TAB/],
    ['alias-bomb', /SPEC_ALIAS_BOMB/],
    ['proto-key', /SPEC_FORBIDDEN_KEY/],
    ['absent-column', /DATA_NO_COLUMN .*incme[\s\S]*\^+ +did you mean `income`/],
    ['one-class', /\.yaml:\d+:\d+ [A-Z_]+ /],
    ['gate-on-unknown-metric', /\^+/],
    ['several-bad-params', /SPEC_BAD_PARAM[\s\S]*SPEC_BAD_PARAM[\s\S]*SPEC_UNKNOWN_PARAM[\s\S]*3 errors/],
    ['two-documents', /SPEC_SEVERAL_DOCUMENTS/],
  ]
  for (const [page, message] of cases) {
    const { code, stdout, stderr, ms } = await daybook(['validate', join('test', 'fixtures', 'bad', `${page}.yaml`)])
    t.equal(code, 2, page)
    t.equal(stdout, '')
    t.match(stderr, message)
    t.notMatch(stderr, escapeSign)
    t.ok(ms < 3000, `${Math.round(ms)} ms: under a second on a machine that does nothing else`)
  }
})

t.test('validate: several pages at once, as JSON', async (t) => {
  const bad = join('test', 'fixtures', 'bad')
  const pages = [join(bad, 'unknown-param.yaml'), join('pipelines', 'wages.yaml'), join(bad, 'bad-name.yaml')]
  const { code, stdout, stderr } = await daybook(['validate', ...pages, '--json'])
  t.equal(code, 2)
  t.equal(stderr, '')
  const { ok, errors } = JSON.parse(stdout)
  t.equal(ok, false)
  t.equal(errors.length, 2)
  t.match(errors[0], { code: 'SPEC_UNKNOWN_PARAM', line: 7, col: 11, endCol: 18, hint: 'did you mean `maxDepth`?' })
  t.ok(
    errors.every(({ file }: { file: string }) => isAbsolute(file)),
    'paths are absolute',
  )
})

t.test('a page that is not right stops every command before anything is written', async (t) => {
  const folder = await folderWith(t, { 'bad.yaml': smallPage.replace('maxDepth', 'maxDeph') })
  for (const args of [
    ['run', 'bad.yaml'],
    ['plan', 'bad.yaml'],
    ['show', 'bad.yaml', '--resolved'],
  ]) {
    const { code, stdout, stderr } = await daybook(args, { cwd: folder })
    t.equal(code, 2, args.join(' '))
    t.equal(stdout, '')
    t.match(stderr, /SPEC_UNKNOWN_PARAM/)
  }
  t.notOk(existsSync(join(folder, '.daybook', 'runs')), 'there is no record')
  const json = await daybook(['run', 'bad.yaml', '--json'], { cwd: folder })
  t.same([json.code, json.stderr, JSON.parse(json.stdout).errors.length], [2, '', 1])
})

t.test('plan, run, plan again, run again', async (t) => {
  const folder = await folderWith(t, { 'small.yaml': smallPage })
  const before = await daybook(['plan', 'small.yaml', '--json'], { cwd: folder })
  const { formatVersion, cells } = JSON.parse(before.stdout)
  t.equal(formatVersion, '1.0')
  t.same(Object.keys(cells[0]), ['id', 'plugin', 'state', 'why'])
  const ids = ['data', 'split', 'clip', 'train', 'checks', 'evaluate', 'gates', 'deploy.serve']
  t.same(
    cells.map(({ id }: { id: string }) => id),
    ids,
  )
  t.ok(cells.every(({ state }: { state: string }) => state === 'run'))

  const run = await daybook(['run', 'small.yaml', '--threads', '2', '--json'], { cwd: folder })
  t.equal(run.code, 0)
  t.equal(run.stderr, '', 'nothing but JSON')
  const envelope = JSON.parse(run.stdout)
  t.match(envelope, {
    formatVersion: '1.0',
    ok: true,
    run: { id: String, digest: hex, pipeline: 'small', status: 'ok' },
    metrics: { train: { auc: Number }, test: { auc: Number, brier: Number } },
    gates: [{ metric: 'auc', value: Number, passed: true }],
    model: { digest: hex, algorithm: 'gradient-boosting', task: 'binary', features: Number },
  })
  t.same(
    envelope.cells.map(({ id, state }: { id: string; state: string }) => [id, state]),
    ids.map((id) => [id, 'ran']),
  )
  t.ok(
    envelope.cells.every((cell: object) =>
      ['id', 'plugin', 'state', 'key', 'output', 'ms'].every((key) => key in cell),
    ),
  )
  t.ok(isAbsolute(envelope.report) && existsSync(envelope.report))

  const plan = await daybook(['plan', 'small.yaml'], { cwd: folder })
  t.match(plan.stdout, /^train +gradient-boosting@\d+ +cached +made by run /m)
  t.match(plan.stderr, /Nothing is stale/)
  const again = await daybook(['run', 'small.yaml'], { cwd: folder })
  t.equal(again.code, 0)
  t.match(again.stdout, /\(0 cells ran, 8 cached\)/)
  t.match(again.stdout, new RegExp(`digest +${envelope.run.digest}`))
  t.match(again.stderr, /Next: npx daybook serve small/)
  t.match(again.stderr, /^= train +cached$/m, 'progress is on stderr')
  t.notMatch(again.stdout + again.stderr, escapeSign)
  const quiet = await daybook(['run', 'small.yaml', '--quiet'], { cwd: folder })
  t.equal(quiet.stderr, '')
  t.match(quiet.stdout, /^auc +/m)
})

t.test('--set overrides a declared value, is recorded, and makes stale what follows from it', async (t) => {
  const folder = await folderWith(t, { 'small.yaml': smallPage })
  await daybook(['run', 'small.yaml'], { cwd: folder })
  const set = ['--set', 'preprocess.clip.with.upper=0.9', '--set', 'gates=[]']
  const plan = JSON.parse((await daybook(['plan', 'small.yaml', ...set, '--json'], { cwd: folder })).stdout)
  const stale = plan.cells.filter(({ state }: { state: string }) => state === 'run').map(({ id }: { id: string }) => id)
  t.same(stale, ['clip', 'train', 'evaluate', 'gates', 'deploy.serve'])
  t.match(plan.cells[2].why, /upper/)
  const run = JSON.parse((await daybook(['run', 'small.yaml', ...set, '--json'], { cwd: folder })).stdout)
  t.same(
    run.cells.filter(({ state }: { state: string }) => state === 'ran').map(({ id }: { id: string }) => id),
    stale,
  )
  const shown = JSON.parse((await daybook(['show', 'latest', '--json'], { cwd: folder })).stdout).run
  t.same(shown.overrides, [
    { path: 'preprocess.clip.with.upper', value: 0.9 },
    { path: 'gates', value: [] },
  ])
  t.match(shown.observed.command, "--set preprocess.clip.with.upper=0.9 --set 'gates=[]'")

  const resolved = await daybook(['show', 'small.yaml', '--resolved', ...set], { cwd: folder })
  t.match(resolved.stdout, /upper: 0\.9/)
  t.match(resolved.stdout, /learningRate: 0\.05/, 'defaults are printed')
  const wrong = await daybook(['plan', 'small.yaml', '--set', 'algorithm.with.treees=1'], { cwd: folder })
  t.equal(wrong.code, 2)
  t.match(wrong.stderr, /--set:1:\d+ SPEC_UNKNOWN_PARAM[\s\S]*did you mean `trees`/)
})

t.test('a gate that fails ends with 3 and a record; nothing is deployed', async (t) => {
  const folder = await folderWith(t, { 'strict.yaml': smallPage.replace('atLeast: 0.6', 'atLeast: 0.999') })
  const { code, stdout, stderr } = await daybook(['run', 'strict.yaml'], { cwd: folder })
  t.equal(code, 3)
  t.match(stdout, /gate +FAILED: auc on test is 0\.\d+, asked for at least 0\.999/)
  t.match(stderr, /nothing was deployed/)
  const [run] = JSON.parse((await daybook(['ls', '--json'], { cwd: folder })).stdout).runs
  t.equal(run.status, 'gateFailed')
  const json = await daybook(['run', 'strict.yaml', '--json'], { cwd: folder })
  t.equal(json.code, 3)
  t.match(JSON.parse(json.stdout), { ok: false, run: { status: 'gateFailed' }, gates: [{ passed: false }] })
})

t.test('a cell that fails ends with 1 and a record that says where', async (t) => {
  const plugin = `import { definePreprocess } from 'daybook/plugin'
export default definePreprocess({
  id: 'broken', version: 1, summary: 'Fails when it is fitted.', takes: ['number'], missing: 'allow', params: {},
  output: (columns) => columns, fit: () => { throw new Error('the moon is full') }, apply: (state, frame) => frame.columns,
})
`
  const page = smallPage.replace('  - use: clip\n', '  - use: ./broken.js\n').replace(/ +with: \{ lower.*\n/, '')
  const folder = await folderWith(t, {
    'broken.yaml': page,
    'broken.js': plugin,
    'package.json': '{ "type": "module" }',
  })
  await mkdir(join(folder, 'node_modules'))
  await symlink(root, join(folder, 'node_modules', 'daybook'), 'junction')
  const { code, stdout, stderr } = await daybook(['run', 'broken.yaml'], { cwd: folder })
  t.equal(code, 1, stderr)
  t.match(stderr, /broken\.yaml:\d+:\d+ [A-Z_]+ .*the moon is full/)
  t.match(stdout, /run +\S+ failed/)
  const json = await daybook(['run', 'broken.yaml', '--json'], { cwd: folder })
  t.equal(json.code, 1)
  t.equal(json.stderr, '')
  const envelope = JSON.parse(json.stdout)
  t.match(envelope, {
    ok: false,
    run: { status: 'failed' },
    errors: [{ file: join(folder, 'broken.yaml'), line: Number }],
  })
  const states = Object.fromEntries(envelope.cells.map(({ id, state }: { id: string; state: string }) => [id, state]))
  t.match(states, { data: 'cached', split: 'cached', broken: 'failed', train: 'skipped' }, 'finished cells are kept')
})

t.test('NO_COLOR, CI and a dumb terminal are plain text: a run gives no escape sequence anywhere', async (t) => {
  const folder = await folderWith(t, { 'small.yaml': smallPage })
  const { stdout, stderr } = await daybook(['run', 'small.yaml'], {
    cwd: folder,
    env: { NO_COLOR: '1', TERM: 'xterm-256color' },
  })
  t.notMatch(stdout + stderr, escapeSign)
  const report = /^report +(\S+)$/m.exec(stdout)?.[1] as string
  t.match(await readFile(join(folder, report), 'utf8'), /<html/)
})
