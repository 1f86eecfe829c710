import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { newKeyPair, signingKey } from '../../src/base/signing-key.ts'
import { exportRun, type RunRecord } from '../../src/index.ts'
import { type ArchiveManifest, manifestName, writeManifest } from '../../src/package/run-archive.ts'
import type { Evaluation } from '../../src/store/index.ts'
import { makeArchived, problems, verified } from './archived.ts'
import { Forgery } from './forge.ts'
import { blocks, octal, rawHeader } from './raw-tar.ts'

const { workshop, store, record, other, key, plain, whole } = await makeArchived(t)
const run = `store/runs/${record.id}`
const otherTar = join(workshop.folder, 'other.tar')
await exportRun(await store.runs.find(other.id), store, { out: otherTar, withData: true, env: {} })

/** A record that claims a better model. */
function better({ result, ...rest }: RunRecord): RunRecord {
  const metrics = result.metrics as NonNullable<typeof result.metrics>
  return { ...rest, result: { ...result, metrics: { ...metrics, test: { auc: 0.999 } } } }
}

/** Where a forged archive is put. */
const out = join(workshop.folder, 'forged.tar')

t.test('an edited metric is found, however much is mended around it', async (t) => {
  const forged = await Forgery.of(whole)
  forged.putRecord(better(record), false)
  t.same(await problems(await forged.pack(out)), ['different', `ARCHIVE_FILE_CHANGED ${run}/run.json`])

  forged.mendManifest()
  t.same(await problems(await forged.pack(out)), ['different', `STORE_RUN_CORRUPT ${run}/run.json`])

  forged.putRecord(better(record)).mendManifest()
  t.same(await problems(await forged.pack(out)), ['different', `STORE_RUN_CORRUPT ${run}/run.json`], 'its own digest')

  forged.mendEntry().mendManifest()
  const claimed = await problems(await forged.pack(out))
  t.ok(claimed.includes(`VERIFY_CLAIM ${run}/run.json`), 'the ledger’s entry: its evaluation says another number')
  t.ok(
    claimed.some((problem) => problem.startsWith(`SIGN_OTHER_RUN ${run}/attestations/`)),
    'and a signature breaks',
  )
})

/** Output of a cell of the run. */
function outputOf(id: string): string {
  return record.result.cells.find((cell) => cell.id === id)?.output as string
}

/** Name of an object in an archive. */
function placeOf(digest: string): string {
  return `store/objects/sha256/${digest.slice(0, 2)}/${digest.slice(2)}`
}

/** The record with other outputs of some cells. */
function withOutputs(outputs: Readonly<Record<string, string>>): RunRecord['result']['cells'] {
  return record.result.cells.map((cell) => ({ ...cell, output: outputs[cell.id] ?? cell.output }))
}

t.test('a forgery without a fault in itself is found by its signature, and by a replay', async (t) => {
  const forged = await Forgery.of(whole)
  const evaluation = JSON.parse(String(forged.files.get(placeOf(outputOf('evaluate'))))) as Evaluation
  const { metrics } = better(record).result
  const gates = record.result.gates.map((gate) => ({ ...gate, value: 0.999 }))
  const outputs = {
    evaluate: forged.object(JSON.stringify({ ...evaluation, metrics })),
    gates: forged.object(JSON.stringify(gates)),
  }
  for (const id of ['evaluate', 'gates']) forged.files.delete(placeOf(outputOf(id)))
  forged.files.delete(forged.name(/attestations/))
  forged.putRecord({ ...record, result: { ...record.result, metrics, gates, cells: withOutputs(outputs) } })
  const file = await forged.mendEntry().mendManifest().pack(out)
  t.same(await problems(file), ['identical'], 'all its digests hold')
  t.same(await problems(file, { keys: [key.publicKey] }), ['different', 'SIGN_ABSENT'])
  const replayed = await verified(file)
  t.match(replayed, { verdict: 'different', first: 'evaluate' })
  t.match(replayed.notes.join('\n'), /metrics auc on test: 0\.999 -> 0\./)
  const head = await store.runs.find(record.id)
  t.not(replayed.entry, head.entry, 'nor is its entry the one that the ledger’s head follows from')
})

t.test('a swapped model is found', async (t) => {
  const [mine, foreign] = [record.result.model?.digest as string, other.result.model?.digest as string]
  const donor = await Forgery.of(otherTar)
  const exchanged = await Forgery.of(whole)
  exchanged.set(placeOf(mine), donor.files.get(placeOf(foreign)) as Buffer).mendManifest()
  t.ok((await problems(await exchanged.pack(out))).includes(`STORE_OBJECT_CORRUPT ${placeOf(mine)}`), 'other bytes')

  const model = { ...(record.result.model as NonNullable<typeof record.result.model>), digest: foreign }
  const claimed = await Forgery.of(whole)
  claimed
    .putRecord({ ...record, result: { ...record.result, model } })
    .mendEntry()
    .mendManifest()
  t.ok((await problems(await claimed.pack(out))).includes(`VERIFY_CLAIM ${run}/run.json`), 'a model that no cell made')

  const made = await Forgery.of(whole)
  const stateOf = (forgery: Forgery, digest: string): string =>
    JSON.parse(String(forgery.files.get(placeOf(digest)))).algorithm.state
  for (const digest of [foreign, stateOf(donor, foreign)])
    made.set(placeOf(digest), donor.files.get(placeOf(digest)) as Buffer)
  for (const digest of [stateOf(made, mine), mine]) made.files.delete(placeOf(digest))
  made.files.delete(made.name(/attestations/))
  made.putRecord({ ...record, result: { ...record.result, model, cells: withOutputs({ train: foreign }) } })
  const file = await made.mendEntry().mendManifest().pack(out)
  const [verdict] = await problems(file)
  t.equal(verdict, 'different', 'the target’s files still name the model that was made')
})

t.test('a signature of another run, a wrong key and a statement that was taken away', async (t) => {
  const donor = await Forgery.of(otherTar)
  const foreign = donor.name(/attestations/)
  const replayed = await Forgery.of(whole)
  const copied = `${run}/attestations/${foreign.split('/').at(-1)}`
  replayed.set(copied, donor.files.get(foreign) as Buffer).mendManifest()
  t.same(await problems(await replayed.pack(out)), ['different', `SIGN_OTHER_RUN ${copied}`])

  const stranger = signingKey(newKeyPair().privatePem)
  t.same(await problems(whole, { keys: [stranger.publicKey] }), ['different', 'SIGN_ABSENT'])
  const right = await verified(whole, { keys: [key.publicKey], replay: false })
  t.match(right, { verdict: 'identical', signed: [{ kind: 'provenance', key: key.id }] })

  const stripped = await Forgery.of(whole)
  stripped.files.delete(stripped.name(/attestations/))
  stripped.mendManifest()
  t.same(await problems(await stripped.pack(out), { keys: [key.publicKey] }), ['different', 'SIGN_ABSENT'])
})

t.test('entries that lead elsewhere or never end are refused', async (t) => {
  const sound = readFileSync(plain)
  const body = sound.subarray(0, sound.length - 1024)
  const evil: Readonly<Record<string, readonly [Uint8Array, string]>> = {
    'a path upwards': [
      Buffer.concat([rawHeader({ name: '../../evil', size: octal(4) }), blocks('evil')]),
      'TAR_BAD_NAME',
    ],
    'an absolute path': [
      Buffer.concat([rawHeader({ name: '/tmp/evil', size: octal(4) }), blocks('evil')]),
      'TAR_BAD_NAME',
    ],
    'a symbolic link': [rawHeader({ name: 'page/link', type: '2', link: '/' }), 'TAR_NOT_A_FILE'],
    'a hard link': [rawHeader({ name: 'page/link', type: '1', link: '/etc/passwd' }), 'TAR_NOT_A_FILE'],
    'a look-alike': [rawHeader({ name: 'store/r\u0443ns/x' }), 'TAR_BAD_NAME'],
    'a name in another case': [rawHeader({ name: 'Page/page.yaml' }), 'TAR_TWIN_NAME'],
    'an oversized entry': [rawHeader({ name: 'page/big', size: '77777777777\0' }), 'TAR_TRUNCATED'],
    'another path by pax': [
      Buffer.concat([rawHeader({ name: 'p', type: 'x', size: octal(20) }), blocks('20 path=../../evil.x')]),
      'TAR_EXTENSION',
    ],
  }
  for (const [what, [entry, code]] of Object.entries(evil)) {
    writeFileSync(out, Buffer.concat([body, entry, new Uint8Array(1024)]))
    await t.rejects(verified(out), { code, exit: 4 }, what)
  }
})

t.test('a file that nobody signed is found, whether the manifest lists it or not', async (t) => {
  for (const name of [
    'evil.js',
    'page/evil.js',
    'data/evil.csv',
    `${run}/evil.js`,
    `${run}/deploy/deploy.serve/evil.js`,
    'store/format',
  ]) {
    const forged = (await Forgery.of(whole)).set(name, '{}')
    const [verdict, ...found] = await problems(await forged.pack(out))
    t.equal(verdict, 'different', name)
    t.same(found, [`ARCHIVE_FILE_STRANGE ${name}`])
    const listed = await problems(await forged.mendManifest().pack(out))
    t.ok(
      listed.some((problem) => problem.endsWith(`_FILE_STRANGE ${name}`)),
      `${name}, listed: ${listed}`,
    )
  }
  const forged = await Forgery.of(whole)
  forged.object('an object that nothing names')
  const [verdict, problem = ''] = await problems(await forged.mendManifest().pack(out))
  t.equal(verdict, 'different')
  t.match(problem, /^ARCHIVE_FILE_STRANGE store\/objects\//)
  const second = (await Forgery.of(whole)).set('store/ledger/0000000009.json', '{}')
  const two = 'ARCHIVE_FILE_STRANGE store/ledger/0000000009.json'
  t.same(await problems(await second.mendManifest().pack(out)), ['different', two], 'one that cannot be read')
  second.set('store/ledger/0000000002.json', readFileSync(store.ledger.file(2)))
  t.same(await problems(await second.mendManifest().pack(out)), ['different', 'ARCHIVE_NO_RUN'], 'one of another run')
})

t.test('a record that names devices and other paths leads nowhere', async (t) => {
  const nowhere = '/../../../../../../../../dev/zero'
  const forged = await Forgery.of(whole)
  const cells = record.result.cells.map((cell) => (cell.id === 'impute' ? { ...cell, output: `..${nowhere}` } : cell))
  const observed = {
    ...record.observed,
    cells: record.observed.cells.map((cell) => ({ ...cell, key: `..${nowhere}`, shown: `..${nowhere}` })),
  }
  const deploy = [{ id: '../..', plugin: 'x@1', output: record.deploy?.[0]?.output ?? null }]
  forged
    .putRecord({ ...record, deploy, observed, result: { ...record.result, cells } })
    .mendEntry()
    .mendManifest()
  const found = await problems(await forged.pack(out))
  t.equal(found[0], 'different')
  t.ok(found.some((problem) => problem.startsWith('STORE_OBJECT_MISSING')))
  t.ok(found.includes(`VERIFY_CLAIM ${run}/run.json`))
})

t.test('what an archive says never reaches a terminal as more than words', async (t) => {
  const forged = await Forgery.of(whole)
  const { manifest: _, ...body } = JSON.parse(String(forged.files.get(manifestName))) as ArchiveManifest
  const digest = '0'.repeat(64)
  const files = [...body.files, { path: '\u001b]0;owned\u0007', bytes: 1, sha256: digest }]
  forged.set(manifestName, writeManifest({ ...body, files }))
  const { files: found } = await verified(await forged.pack(out), { replay: false })
  t.match(found?.problems, [{ code: 'ARCHIVE_FILE_MISSING', path: '\\u{1b}]0;owned\\u{7}' }])
})

t.test('a record that is no record does not crash it', async (t) => {
  for (const text of ['{}', '[]', '{"format":1}', 'null', '{"format":1,"result":{}}', '\u0000']) {
    const forged = (await Forgery.of(whole)).set(`${run}/run.json`, text)
    t.equal((await problems(await forged.pack(out)))[0], 'different', text)
    const listed = await problems(await forged.mendManifest().pack(out)).catch(({ code }) => [code])
    t.match(listed[0], /^(different|ARCHIVE_NO_RUN)$/, `${text}, listed`)
  }
})
