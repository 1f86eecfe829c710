import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { digestBytes } from '../../src/base/digest.ts'
import { openRegistry } from '../../src/plugin/open-registry.ts'
import { runPipeline } from '../../src/run/index.ts'
import { observeGit } from '../../src/run/observe-git.ts'
import { observeLockfile } from '../../src/run/observe-lockfile.ts'
import { loadPipeline } from '../../src/spec/index.ts'
import { openStore, type RecordedCell, type RunRecord } from '../../src/store/index.ts'
import { faulty, makeWorkshop, plugins, type SeenRun, seeRun } from './workshop.ts'

function recordOf({ finished, thrown }: SeenRun): RunRecord {
  if (finished === undefined) throw thrown
  return finished.record
}

const cellOf = ({ result }: RunRecord, wanted: string): RecordedCell | undefined =>
  result.cells.find(({ id }) => id === wanted)

t.test('what each cell took, and which rows those saw that were fitted', async (t) => {
  const workshop = makeWorkshop(t)
  const page = workshop.page({
    algorithm: `algorithm: { use: ${join(plugins, 'faulty.js')}, with: { mode: none } }`,
    compress: `compress: [${join(plugins, 'halve.js')}]`,
  })
  const seen = await seeRun(page)
  const record = recordOf(seen)
  const output = (id: string) => cellOf(record, id)?.output as string
  t.strictSame(cellOf(record, 'data')?.inputs, {})
  t.strictSame(cellOf(record, 'split')?.inputs, { frame: output('data') })
  t.strictSame(cellOf(record, 'train')?.inputs, {
    frame: output('data'),
    split: output('split'),
    'state:impute': output('impute'),
    'state:one-hot': output('one-hot'),
    'state:standardize': output('standardize'),
  })
  t.equal(cellOf(record, 'compress.halve')?.inputs?.model, output('train'))
  t.equal(cellOf(record, 'evaluate')?.inputs?.model, output('compress.halve'))
  t.equal(cellOf(record, 'evaluate')?.inputs?.['fold-2'], output('fold-2'))

  const { split, folds, cells } = record.result
  for (const id of ['impute', 'one-hot', 'standardize', 'train', 'compress.halve'])
    t.equal(cellOf(record, id)?.rows, split.keys.train, `${id} saw the training rows and no other`)
  for (const { fold, trained } of folds) t.equal(cellOf(record, `fold-${fold}`)?.rows, trained)
  t.strictSame(
    cells.filter(({ rows }) => rows === undefined).map(({ id }) => id),
    ['data', 'split', 'checks', 'evaluate', 'gates'],
    'the others are fitted on nothing',
  )
  const { rows } = record.result.metrics ?? {}
  t.strictSame([rows?.train, rows?.validation, rows?.test], [split.rows.train, split.rows.validation, split.rows.test])
  t.equal(
    rows?.folds?.reduce((sum, count) => sum + count, 0),
    split.rows.train,
  )
  const again = recordOf(await seeRun(page))
  t.strictSame(again.result, record.result, 'cached cells say the same')
})

t.test('control totals of the file, as the bookkeeper has them', async (t) => {
  const workshop = makeWorkshop(t)
  const record = recordOf(await seeRun(workshop.page()))
  const rows = readFileSync(workshop.data, 'utf8').trim().split('\n').slice(1)
  const incomes = rows.map((row) => row.split(',')[1] as string).filter((text) => text !== '')
  const [input] = record.result.inputs
  const schema = new Map(input?.schema.map((column) => [column.name, column]))
  t.equal(schema.size, 7)
  t.strictSame(schema.get('income'), {
    name: 'income',
    type: 'number',
    count: incomes.length,
    missing: 200 - incomes.length,
    total: incomes.reduce((sum, text) => sum + Number(text), 0),
  })
  t.match(schema.get('purpose'), { type: 'category', distinct: 3 })
  t.match(schema.get('when'), { type: 'date', first: '2025-01-01', last: '2025-12-28' })
  t.match(schema.get('id'), { count: 200, distinct: 200 })
})

t.test('every plugin is named with its code: metrics, optimizer and targets too', async (t) => {
  const workshop = makeWorkshop(t, 120)
  const record = recordOf(
    await seeRun(
      workshop.page({
        algorithm: 'algorithm: { use: neural-network, with: { layers: [{ dense: 2 }], epochs: 1 } }\noptimizer: adam',
        evaluate: 'evaluate: { metrics: [auc], folds: 0, resamples: 0 }',
        deploy: `deploy: [${join(plugins, 'files.js')}]`,
      }),
    ),
  )
  t.equal(record.error, null)
  t.strictSame(
    record.observed.plugins.map(({ cell, kind, plugin, origin }) => [cell, kind, plugin, origin]),
    [
      ['data', 'data', 'csv@1', 'built-in'],
      ['impute', 'preprocess', 'impute@1', 'built-in'],
      ['one-hot', 'preprocess', 'one-hot@1', 'built-in'],
      ['standardize', 'preprocess', 'standardize@1', 'built-in'],
      ['train', 'algorithm', 'neural-network@1', 'built-in'],
      ['optimizer', 'optimizer', 'adam@1', 'built-in'],
      ['evaluate.auc', 'metric', 'auc@1', 'built-in'],
      ['deploy.files', 'deploy', 'files@1', 'local'],
    ],
  )
  t.ok(record.observed.plugins.every(({ code }) => /^[0-9a-f]{64}$/.test(code)))
})

t.test('the time zone is recorded and changes nothing', async (t) => {
  const workshop = makeWorkshop(t, 120)
  const zone = process.env.TZ
  t.teardown(() => {
    if (zone === undefined) delete process.env.TZ
    else process.env.TZ = zone
  })
  const digests: string[] = []
  for (const TZ of ['Asia/Tokyo', 'America/New_York']) {
    process.env.TZ = TZ
    const record = recordOf(await seeRun(workshop.page(), { store: join(workshop.folder, TZ.replace('/', '-')) }))
    t.match(record.observed, { timeZone: TZ, locale: /\w/, v8: /^\d+\./, icu: /\d/ })
    digests.push(record.digest)
  }
  t.equal(digests[0], digests[1])
})

t.test('warnings are recorded with whether the page silences them, of cached and failed cells too', async (t) => {
  const workshop = makeWorkshop(t, 60)
  const ignore = 'ignore: [{ warning: TOO_WARM, cell: train, reason: It is summer. }]'
  const run = async (mode: string) => {
    const folder = join(workshop.folder, '.daybook')
    const pipeline = await loadPipeline(workshop.page({ ...faulty(mode), ignore }), {
      registry: await openRegistry({ folder: workshop.folder }),
      env: {},
    })
    const events = runPipeline({ pipeline, store: await openStore(folder), threads: 1 })
    for (;;) {
      const { done, value } = await events.next()
      if (done) return value.record
    }
  }
  const expected = [{ cell: 'train', code: 'TOO_WARM', message: 'It is warm.', silenced: true }]
  const ofTrain = ({ warnings }: RunRecord) => warnings.filter(({ cell }) => cell === 'train')
  t.strictSame(ofTrain(await run('warn')), expected)
  const cached = await run('warn')
  t.equal(cached.observed.cells.find(({ id }) => id === 'train')?.state, 'cached')
  t.strictSame(ofTrain(cached), expected)
  t.strictSame(ofTrain(await run('throw')), [])
  const plain = recordOf(await seeRun(workshop.page(faulty('warn'))))
  t.strictSame(ofTrain(plain), [{ ...expected[0], silenced: false }], 'by default none is')
})

t.test('commit and patch: what Git itself would say, whatever the user has configured', async (t) => {
  const { folder } = makeWorkshop(t, 5)
  t.equal(await observeGit(folder), undefined, 'no Git')
  const git = (...words: string[]) =>
    execFileSync('git', ['-C', folder, '-c', 'user.name=a', '-c', 'user.email=a@b', ...words], { stdio: 'pipe' })
  git('init', '-q')
  writeFileSync(join(folder, 'page.yaml'), 'daybook: 1\n')
  writeFileSync(join(folder, 'weights.bin'), Buffer.of(0, 1, 2))
  git('add', '-A')
  git('commit', '-q', '-m', 'first')
  const commit = git('rev-parse', 'HEAD').toString().trim()
  t.strictSame(await observeGit(folder), { commit, dirty: false, patch: null })

  writeFileSync(join(folder, 'page.yaml'), 'daybook: 1\nname: changed\n')
  writeFileSync(join(folder, 'weights.bin'), Buffer.of(0, 1, 3))
  const patch = digestBytes(git('diff', '--binary', '--full-index', 'HEAD'))
  t.strictSame(await observeGit(folder), { commit, dirty: true, patch })
  for (const [key, value] of Object.entries({
    'diff.noprefix': 'true',
    'color.ui': 'always',
    'diff.context': '9',
    'diff.algorithm': 'patience',
    'diff.external': 'false',
  }))
    git('config', key, value)
  mkdirSync(join(folder, 'deep'))
  t.strictSame(await observeGit(join(folder, 'deep')), { commit, dirty: true, patch })
  process.env.GIT_DIR = join(folder, 'nowhere')
  t.teardown(() => {
    delete process.env.GIT_DIR
  })
  t.strictSame(await observeGit(folder), { commit, dirty: true, patch }, 'in a hook too')
  t.strictSame(await observeGit(folder, { timeoutMs: 5000, patchBytes: 20 }), { commit, dirty: true, patch: null })
})

t.test('the nearest lockfile upward', async (t) => {
  const { folder } = makeWorkshop(t, 5)
  const pages = join(folder, 'a', 'pages')
  mkdirSync(pages, { recursive: true })
  writeFileSync(join(folder, 'yarn.lock'), 'y')
  t.strictSame(await observeLockfile(pages), { file: '../../yarn.lock', digest: digestBytes('y') })
  writeFileSync(join(folder, 'a', 'package-lock.json'), '{}')
  mkdirSync(join(folder, 'a', 'npm-shrinkwrap.json'))
  t.strictSame(await observeLockfile(pages), { file: '../package-lock.json', digest: digestBytes('{}') })
  writeFileSync(join(pages, 'pnpm-lock.yaml'), 'p')
  t.strictSame(await observeLockfile(pages), { file: 'pnpm-lock.yaml', digest: digestBytes('p') })
})
