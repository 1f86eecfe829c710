import { readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { isAbsolute, join } from 'node:path'
import t from 'tap'
import { daybook, ended, folderWith, says, smallPage, start } from './daybook.ts'

const applicant = {
  amount: 9000.5,
  termMonths: 36,
  purpose: 'car',
  income: 31_000 as number | null,
  employmentType: 'permanent',
  employmentYears: 4.25 as number | null,
  housing: 'rent',
  region: 'north',
  creditHistoryMonths: 80,
  openAccounts: 5,
  utilisation: 0.4 as number | null,
  delinquencies24m: 0,
  inquiries6m: 1,
  debtRatio: 0.3,
  savings: null as number | null,
  existingCustomer: true,
}
const rows = [
  applicant,
  { ...applicant, amount: 24_000, delinquencies24m: 3, debtRatio: 0.61, income: null },
  { ...applicant, purpose: 'home', housing: 'own', existingCustomer: false, employmentYears: 0.1 },
]
const csv = [
  Object.keys(applicant).join(','),
  ...rows.map((row) =>
    Object.values(row)
      .map((value) => value ?? '')
      .join(','),
  ),
]

// Two runs in one store, which every test below reads.
const cwd = await folderWith(t, {
  'small.yaml': smallPage,
  'rows.csv': `${csv.join('\n')}\n`,
  'rows.jsonl': rows.map((row) => `${JSON.stringify(row)}\n`).join(''),
})
const first = JSON.parse((await daybook(['run', 'small.yaml', '--json'], { cwd })).stdout)
const more = ['--set', 'algorithm.with.trees=12']
const second = JSON.parse((await daybook(['run', 'small.yaml', '--json', ...more], { cwd })).stdout)
const [a, b] = [first.run.id, second.run.id] as [string, string]

t.test('ls lists the runs of the nearest store, latest first', async (t) => {
  const { formatVersion, runs } = JSON.parse((await daybook(['ls', '--json'], { cwd })).stdout)
  t.equal(formatVersion, '1.0')
  t.same(
    runs.map(({ id }: { id: string }) => id),
    [b, a],
  )
  t.same(Object.keys(runs[0]), ['id', 'pipeline', 'status', 'digest', 'at', 'metrics'])
  t.equal(runs[1].digest, first.run.digest)
  const text = await daybook(['ls', 'small', '--store', join(cwd, '.daybook')])
  t.match(text.stdout, new RegExp(`^${a} +small +ok +${first.run.digest.slice(0, 12)} +auc 0\\.\\d+$`, 'm'))
  const none = await daybook(['ls', 'other'], { cwd })
  t.same([none.code, none.stdout], [0, ''])
})

t.test('a run goes by latest, id, name or the beginning of an id', async (t) => {
  for (const [word, id] of [
    ['latest', b],
    [a, a],
    ['small', b],
    [b.slice(0, -1), b],
  ] as const) {
    t.equal(JSON.parse((await daybook(['show', word, '--json'], { cwd })).stdout).run.id, id, word)
  }
  const several = await daybook(['show', a.slice(0, 6)], { cwd })
  t.equal(several.code, 2)
  t.match(several.stderr, /STORE_AMBIGUOUS_RUN/)
  const near = await daybook(['show', 'smal'], { cwd })
  t.equal(near.code, 2)
  t.match(near.stderr, /did you mean `small`/)
})

t.test('show', async (t) => {
  const { stdout } = await daybook(['show', 'latest'], { cwd })
  t.match(stdout, `small: run ${b}, ok, `)
  t.match(stdout, /^data +synthetic-credit@\d+ +cached +\d{8}-/m)
  t.match(stdout, /^train +gradient-boosting@\d+ +ran +\d/m)
  t.match(stdout, /^deploy\.serve +serve@1 +ran /m)
  t.match(stdout, /^gate +passed/m)
  const page = JSON.parse((await daybook(['show', a, '--resolved', '--json'], { cwd })).stdout).page
  t.equal(page.algorithm.with.trees, 10)
})

t.test('diff says what differs and nothing else', async (t) => {
  const { same, differences } = JSON.parse((await daybook(['diff', a, b, '--json'], { cwd })).stdout)
  t.equal(same, false)
  const page = differences.filter(({ group }: { group: string }) => group === 'page')
  t.same(page, [{ group: 'page', what: 'algorithm.with.trees', a: 10, b: 12 }])
  t.notOk(differences.some(({ group }: { group: string }) => group === 'data'))
  const text = await daybook(['diff', a, b], { cwd })
  t.match(text.stdout, /^ {2}algorithm\.with\.trees +10 +-> +12$/m)
  const equal = await daybook(['diff', b, 'latest'], { cwd })
  t.match(equal.stdout, /equal, bit for bit/)
})

t.test('report', async (t) => {
  const kept = (await daybook(['report', a, '--json'], { cwd })).stdout
  t.equal(JSON.parse(kept).report, first.report)
  const out = join(cwd, 'again.html')
  const { code, stdout } = await daybook(['report', a, '--out', out], { cwd })
  t.same([code, stdout], [0, 'again.html\n'])
  t.equal(
    await readFile(out, 'utf8'),
    await readFile(first.report, 'utf8'),
    'rendered again from the record, it is the same',
  )
})

t.test('predict gives the same from every form of a file, and what the server answers, to the bit', async (t) => {
  const jsonl = await daybook(['predict', 'small', 'rows.jsonl'], { cwd })
  t.equal(jsonl.code, 0)
  t.match(jsonl.stderr, new RegExp(`3 rows scored by run ${b} of small`))
  const answers = jsonl.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  t.equal(answers.length, 3)
  for (const { prediction, probabilities } of answers) {
    t.same(Object.keys(probabilities), ['no', 'yes'])
    t.equal(prediction, probabilities.yes > 0.5 ? 'yes' : 'no')
  }
  t.equal((await daybook(['predict', 'small', 'rows.csv', '--quiet'], { cwd })).stdout, jsonl.stdout)
  const table = (await daybook(['predict', b, 'rows.jsonl', '--format', 'csv'], { cwd })).stdout.trim().split('\n')
  t.equal(table[0], 'prediction,probabilities.no,probabilities.yes')
  t.equal(Number(table[1]?.split(',')[2]), answers[0].probabilities.yes)
  const json = await daybook(['predict', 'small', 'rows.csv', '--json'], { cwd })
  t.same(JSON.parse(json.stdout).predictions, answers)

  const server = start(['serve', 'small', '--port', '0'], { cwd })
  const end = ended(server)
  const [, url] = await says(server, /on (http:\S+)/)
  const post = (body: object) =>
    fetch(`${url}/predict`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
  const answer = (await (await post({ rows })).json()) as { probabilities: object[]; model: { digest: string } }
  t.same(
    answer.probabilities,
    answers.map(({ probabilities }) => probabilities),
  )
  t.equal((await post({ rows: [{ ...applicant, purpose: undefined }] })).status, 400)
  server.kill('SIGTERM')
  const { code, stderr } = await end
  t.equal(code, 0, stderr)
  t.match(stderr, /Stopping/)
})

t.test('predict says which row of the file is wrong', async (t) => {
  await writeFile(
    join(cwd, 'bad.jsonl'),
    `${JSON.stringify(applicant)}\n${JSON.stringify({ ...applicant, amount: 'much' })}\n`,
  )
  const bad = await daybook(['predict', 'small', 'bad.jsonl'], { cwd })
  t.not(bad.code, 0)
  t.match(bad.stderr, /bad\.jsonl.*2.*amount/)
  const json = await daybook(['predict', 'small', 'bad.jsonl', '--json'], { cwd })
  t.match(JSON.parse(json.stdout), { ok: false, errors: [{ message: /amount/ }] })
  const absent = await daybook(['predict', 'small', 'nowhere.csv'], { cwd })
  t.match(absent.stderr, /there is no file nowhere\.csv/)
})

t.test('run --serve ends its run, then serves; a port that is taken is said', async (t) => {
  const child = start(['run', 'small.yaml', '--set', 'deploy.serve.with.port=0', '--serve', '--json'], { cwd })
  const end = ended(child)
  const [, port] = await says(child, /"serving": \{\s+"url": "[^"]+",\s+"port": (\d+)/)
  t.equal((await fetch(`http://127.0.0.1:${port}/health/ready`)).status, 200)
  child.kill('SIGINT')
  const { code, stdout } = await end
  t.equal(code, 0)
  t.match(JSON.parse(stdout), { ok: true, run: { status: 'ok' } }, 'one document')

  const blocker = createServer()
  await new Promise<void>((ready) => blocker.listen(0, '127.0.0.1', ready))
  t.teardown(() => blocker.close())
  const { port: taken } = blocker.address() as { port: number }
  const refused = await daybook(['serve', 'small', '--port', String(taken)], { cwd })
  t.not(refused.code, 0)
  t.match(refused.stderr, String(taken))
  const wide = await daybook(['serve', 'small', '--host', '0.0.0.0', '--port', '0'], {
    cwd,
    env: { DAYBOOK_TOKEN: undefined },
  })
  t.equal(wide.code, 2)
  t.match(wide.stderr, /token/)
})

t.test('paths in JSON are absolute', async (t) => {
  t.ok(isAbsolute(first.report))
})
