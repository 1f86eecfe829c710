import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { makeWorkshop } from '../run/workshop.ts'
import { daybook, says, start } from './daybook.ts'

// One run, and its model as packages.
const workshop = makeWorkshop(t)
const cwd = workshop.folder
const table = `income,debt,purpose\n2000,30,car\n,700,home\n3500,0,other\n`

t.before(async () => {
  workshop.page({ evaluate: 'evaluate: { metrics: [], folds: 0, resamples: 0 }' })
  writeFileSync(join(cwd, 'rows.csv'), table)
  const { code, stderr } = await daybook(['run', 'page.yaml', '--quiet'], { cwd })
  if (code !== 0) throw new Error(stderr)
  await daybook(['package', 'latest', '--out', 'npm-package', '--quiet'], { cwd })
})

t.test('predict takes a package, and gives what the run gives', async (t) => {
  const run = await daybook(['predict', 'latest', 'rows.csv'], { cwd })
  t.equal(run.stdout.trim().split('\n').length, 3)
  for (const word of ['npm-package', './npm-package', join(cwd, 'npm-package')]) {
    const packed = await daybook(['predict', word, 'rows.csv'], { cwd })
    t.match(packed, { code: 0, stdout: run.stdout, stderr: /3 rows scored by the package of loans/ })
  }
  const json = await daybook(['predict', './npm-package', 'rows.csv', '--json'], { cwd })
  const { package: folder, predictions } = JSON.parse(json.stdout)
  t.equal(folder, join(cwd, 'npm-package'))
  t.equal(predictions.length, 3)
  t.match(await daybook(['predict', './nowhere', 'rows.csv'], { cwd }), { code: 2 })
})

t.test('serve takes a package, without a store', async (t) => {
  const child = start(['serve', './npm-package', '--port', '0', '--no-management', '--store', 'no-store'], { cwd })
  const [, url = ''] = await says(child, /Serving loans \(package of model \w{12}\) on (\S+)/)
  const rows = [{ income: 2000, debt: 30, purpose: 'car' }]
  const answer = await fetch(`${url}/predict`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ rows }),
  })
  const { predictions, model } = (await answer.json()) as { predictions: unknown[]; model: { version: string } }
  const run = await daybook(['predict', 'latest', 'rows.csv', '--json'], { cwd })
  t.same(predictions, [JSON.parse(run.stdout).predictions[0].prediction])
  t.match(model.version, /^[0-9a-f]{12}$/)
  t.equal(answer.headers.get('x-daybook-run-digest'), null, 'a package knows no run')
  child.kill('SIGTERM')
  t.equal(await new Promise((done) => child.on('exit', done)), 0)
})

t.test('verify tells of packages, package writes one file', async (t) => {
  t.match(await daybook(['verify', './npm-package'], { cwd }), { code: 0, stdout: /7 files, 24 examples replayed/ })
  t.match(await daybook(['package', 'latest', '--out', 'model.tgz'], { cwd }), {
    code: 0,
    stderr: /npm install \.\/model\.tgz/,
  })
  t.same([...readFileSync(join(cwd, 'model.tgz')).subarray(0, 2)], [0x1f, 0x8b])
  t.match(await daybook(['package', 'latest', '--out', 'model.tgz'], { cwd }), { code: 2, stderr: /PACKAGE_EXISTS/ })
  const docker = await daybook(['package', 'latest', '--as', 'docker', '--out', 'docker.tgz'], { cwd })
  t.match(docker, { code: 2, stderr: /makes no npm package/ })
  t.notOk(existsSync(join(cwd, 'docker.tgz')))
  const list = join(cwd, 'npm-package', 'index.js')
  writeFileSync(list, `${readFileSync(list, 'utf8')} `)
  t.match(await daybook(['verify', './npm-package'], { cwd }), { code: 4, stdout: /index\.js was changed/ })
})
