import { chmodSync, cpSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { digestBytes, digestJson } from '../../src/base/digest.ts'
import type { Json } from '../../src/base/json.ts'
import { newKeyPair, signingKey } from '../../src/base/signing-key.ts'
import { attest, renderReport, verifyDigests } from '../../src/index.ts'
import { checkStore, type LedgerEntry, openStore, type RunRecord } from '../../src/store/index.ts'
import { makeWorkshop, seeRun } from './workshop.ts'

const workshop = makeWorkshop(t, 60)
const page = workshop.page({
  algorithm: 'algorithm: { use: gradient-boosting, with: { trees: 3 } }',
  evaluate: 'evaluate: { metrics: [auc], folds: 2, resamples: 0 }\ndeploy: [serve]',
})
const runs: RunRecord[] = []
for (const trees of [3, 4, 5]) {
  const overrides = [`algorithm.with.trees=${trees}`]
  runs.push((await seeRun(page, { report: renderReport, overrides })).finished?.record as RunRecord)
}
const [first, middle, last] = runs as [RunRecord, RunRecord, RunRecord]
const folder = join(workshop.folder, '.daybook')
const key = signingKey(newKeyPair().privatePem)
await attest(middle, key, await openStore(folder))

/** A copy of the store, to be attacked. */
function copied(t: { testdir(): string }): string {
  const copy = t.testdir()
  cpSync(folder, copy, { recursive: true })
  return copy
}

function write(path: string, bytes: string | Uint8Array): void {
  chmodSync(path, 0o600)
  writeFileSync(path, bytes)
}

const ledgerFile = (number: number) => join('ledger', `${String(number).padStart(10, '0')}.json`)
const recordFile = ({ id }: RunRecord) => join('runs', id, 'run.json')
const objectFile = (digest: string) => join('objects', 'sha256', digest.slice(0, 2), digest.slice(2))

/** Codes and paths that a check of one run finds; nothing where all is well. */
async function found(copy: string, { id }: RunRecord): Promise<string[]> {
  const store = await openStore(copy, { create: false })
  const { verdict, files } = await verifyDigests(await store.runs.find(id), store)
  const problems = (files?.problems ?? []).map(({ code, path }) => `${code} ${path}`)
  if (verdict !== (problems.length === 0 ? 'identical' : 'different')) throw new Error(verdict)
  return problems
}

async function fsck(copy: string): Promise<string[]> {
  const { damages } = await checkStore(await openStore(copy, { create: false }))
  return damages.map(({ error, path }) => `${error.code} ${path}`)
}

/** An entry of the ledger with other content, and its own digest mended. */
function forgeEntry(copy: string, number: number, changed: Partial<LedgerEntry>): LedgerEntry {
  const { entry: _, ...before } = JSON.parse(readFileSync(join(copy, ledgerFile(number)), 'utf8')) as LedgerEntry
  const content = { ...before, ...changed }
  const entry = { ...content, entry: digestJson(content as unknown as Json) } as LedgerEntry
  write(join(copy, ledgerFile(number)), `${JSON.stringify(entry)}\n`)
  return entry
}

/** A run's record with a better metric; with its digests mended, and those of its entry, as far as asked for. */
function editMetric(copy: string, run: RunRecord, mended: 'nothing' | 'record' | 'entry'): void {
  const metrics = { ...(run.result.metrics as NonNullable<RunRecord['result']['metrics']>), test: { auc: 0.999 } }
  const result = { ...run.result, metrics }
  const digest = mended === 'nothing' ? run.digest : digestJson(result as unknown as Json)
  const text = `${JSON.stringify({ ...run, digest, result })}\n`
  write(join(copy, recordFile(run)), text)
  if (mended !== 'entry') return
  const number = runs.indexOf(run) + 1
  const { files } = JSON.parse(readFileSync(join(copy, ledgerFile(number)), 'utf8')) as LedgerEntry
  forgeEntry(copy, number, { digest, metrics: { auc: 0.999 }, files: { ...files, record: digestBytes(text) } })
}

t.test('a sound run is identical without a replay', async (t) => {
  const store = await openStore(folder, { create: false })
  const verification = await verifyDigests(await store.runs.find(middle.id), store)
  t.match(verification, { verdict: 'identical', run: middle.id, cells: [], files: { problems: [] } })
  t.ok((verification.files?.checked ?? 0) > 15)
})

t.test('an edited metric is found, whatever is mended around it', async (t) => {
  for (const mended of ['nothing', 'record'] as const) {
    const copy = copied(t)
    editMetric(copy, middle, mended)
    t.same(await found(copy, middle), [`STORE_RUN_CORRUPT ${recordFile(middle)}`])
    t.ok((await fsck(copy)).includes(`STORE_RUN_CORRUPT ${recordFile(middle)}`))
  }
  const copy = copied(t)
  editMetric(copy, middle, 'entry')
  const expected = [
    `VERIFY_CLAIM ${recordFile(middle)}`,
    /^SIGN_OTHER_RUN runs.*attestations/,
    `STORE_LEDGER_DAMAGED ${ledgerFile(3)}`,
  ]
  t.match(await found(copy, middle), expected, 'its evaluation, its signature and the entry after it say otherwise')
  const all = await fsck(copy)
  t.ok(all.includes(`VERIFY_CLAIM ${recordFile(middle)}`) && all.includes(`STORE_LEDGER_DAMAGED ${ledgerFile(3)}`))
  const end = copied(t)
  editMetric(end, last, 'entry')
  t.same(await found(end, last), [`VERIFY_CLAIM ${recordFile(last)}`], 'the last run, which no entry follows')
})

t.test('a removed run in the middle and a reordered ledger are found', async (t) => {
  const removed = copied(t)
  rmSync(join(removed, ledgerFile(2)))
  rmSync(join(removed, 'runs', middle.id), { recursive: true })
  for (const run of [first, last]) t.same(await found(removed, run), [`STORE_LEDGER_DAMAGED ${ledgerFile(2)}`])
  t.same(await fsck(removed), [`STORE_LEDGER_DAMAGED ${ledgerFile(2)}`])

  const closed = copied(t)
  rmSync(join(closed, ledgerFile(2)))
  renameSync(join(closed, ledgerFile(3)), join(closed, ledgerFile(2)))
  t.same(await fsck(closed), [`STORE_LEDGER_DAMAGED ${ledgerFile(2)}`], 'its number is in it')
  forgeEntry(closed, 2, { number: 2 })
  t.same(await fsck(closed), [`STORE_LEDGER_DAMAGED ${ledgerFile(2)}`], 'and what it follows')
  t.same(await found(closed, last), [`STORE_LEDGER_DAMAGED ${ledgerFile(2)}`])

  const swapped = copied(t)
  const [one, two] = [2, 3].map((number) => readFileSync(join(swapped, ledgerFile(number)), 'utf8')) as [string, string]
  write(join(swapped, ledgerFile(2)), two)
  write(join(swapped, ledgerFile(3)), one)
  t.same(
    await fsck(swapped),
    [2, 3].map((number) => `STORE_LEDGER_DAMAGED ${ledgerFile(number)}`),
  )
  forgeEntry(swapped, 2, { number: 2 })
  forgeEntry(swapped, 3, { number: 3 })
  t.ok((await fsck(swapped)).includes(`STORE_LEDGER_DAMAGED ${ledgerFile(2)}`))
})

t.test('a record of another run, a statement of another run and swapped objects are found', async (t) => {
  const copy = copied(t)
  write(join(copy, recordFile(middle)), readFileSync(join(copy, recordFile(first))))
  t.match(await found(copy, middle), [`STORE_RUN_CORRUPT ${recordFile(middle)}`])
  const { files } = JSON.parse(readFileSync(join(copy, ledgerFile(1)), 'utf8')) as LedgerEntry
  const before = JSON.parse(readFileSync(join(copy, ledgerFile(2)), 'utf8')) as LedgerEntry
  forgeEntry(copy, 2, { digest: first.digest, files: { ...before.files, record: files.record } })
  t.ok((await found(copy, middle)).includes(`VERIFY_CLAIM ${recordFile(middle)}`), 'it names another run')

  const replayed = copied(t)
  const [statement = ''] = readdirSync(join(replayed, 'runs', middle.id, 'attestations'))
  mkdirSync(join(replayed, 'runs', last.id, 'attestations'))
  const to = join('runs', last.id, 'attestations', statement)
  cpSync(join(replayed, 'runs', middle.id, 'attestations', statement), join(replayed, to))
  t.same(await found(replayed, last), [`SIGN_OTHER_RUN ${to}`])

  const swapped = copied(t)
  const [mine, foreign] = [middle, last].map(({ result }) => objectFile(result.model?.digest as string)) as [
    string,
    string,
  ]
  write(join(swapped, mine), readFileSync(join(swapped, foreign)))
  t.same(await found(swapped, middle), [`STORE_OBJECT_CORRUPT ${mine}`])
  t.same(await found(swapped, last), [], 'the other run is whole')
})

t.test('every file that a run is made of is read: one flipped bit in any of them is found', async (t) => {
  const copy = copied(t)
  const store = await openStore(folder, { create: false })
  const entry = await store.runs.find(first.id)
  const cells = first.observed.cells.flatMap(({ key }) => (key === null ? [] : [join('cells', key)]))
  const outputs = [...first.result.cells, ...(first.deploy ?? [])].flatMap(({ output }) => output ?? [])
  const shown = first.observed.cells.flatMap(({ shown }) => shown ?? [])
  const run = join('runs', first.id)
  const files = ['run.json', 'events.ndjson', 'report.html', join('deploy', 'deploy.serve', 'serve.json')]
  const all = [
    ledgerFile(entry.number + 1),
    ...files.map((file) => join(run, file)),
    ...cells,
    ...[...outputs, ...shown].map(objectFile),
  ]
  for (const file of all) {
    const sound = readFileSync(join(copy, file))
    const bytes = Buffer.from(sound)
    const at = (sound.length * 2) >> 2
    bytes[at] = (bytes[at] as number) ^ 1
    write(join(copy, file), bytes)
    t.ok(
      (await found(copy, first)).some((problem) => problem.endsWith(` ${file}`)),
      file,
    )
    write(join(copy, file), sound)
  }
  rmSync(join(copy, objectFile(outputs[0] as string)))
  t.same(await found(copy, first), [`STORE_OBJECT_MISSING ${objectFile(outputs[0] as string)}`])
})
