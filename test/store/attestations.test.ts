import { chmodSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { digestBytes } from '../../src/base/digest.ts'
import { newKeyPair, signingKey } from '../../src/base/signing-key.ts'
import {
  approve,
  attest,
  attestationsOf,
  attestedBy,
  checkStore,
  openStore,
  type RunRecord,
  type Statement,
} from '../../src/store/index.ts'
import { makeWorkshop, seeRun } from '../run/workshop.ts'

const workshop = makeWorkshop(t, 60)
const record = (await seeRun(workshop.page())).finished?.record as RunRecord
const other = (await seeRun(workshop.page(), { overrides: ['seed=9'] })).finished?.record as RunRecord
const store = await openStore(join(workshop.folder, '.daybook'))
const [builder, validator] = [signingKey(newKeyPair().privatePem), signingKey(newKeyPair().privatePem)]
const folder = join(store.runs.folder(record.id), 'attestations')

t.test('a run is attested and approved by different keys', async (t) => {
  await t.rejects(attestedBy(record, [builder.publicKey], store), { code: 'SIGN_ABSENT' })
  const { envelope } = await attest(record, builder, store)
  const statement = JSON.parse(Buffer.from(envelope.payload, 'base64').toString()) as Statement
  t.match(statement, {
    _type: 'https://in-toto.io/Statement/v1',
    predicateType: 'https://slsa.dev/provenance/v1',
    predicate: {
      buildDefinition: { externalParameters: { pipeline: 'loans', page: { digest: { sha256: record.page.digest } } } },
      runDetails: { metadata: { invocationId: record.id, startedOn: record.observed.startedAt } },
    },
  })
  const file = readFileSync(join(store.runs.folder(record.id), 'run.json'))
  t.same(statement.subject[0], { name: `runs/${record.id}/run.json`, digest: { sha256: digestBytes(file) } })
  t.match(statement.subject, [{}, { name: 'result', digest: { sha256: record.digest } }, {}, { name: 'model' }])
  t.notMatch(JSON.stringify(statement), workshop.folder, 'no path')

  const note = { role: 'validator', note: 'Folds and slices looked at.', at: '2026-01-02T03:04:05.000Z' }
  await approve(record, note, validator, store)
  const { found, damaged } = await attestationsOf(record, store)
  t.same(damaged, [])
  t.same(
    new Map(found.map(({ kind, key, approval }) => [kind, { key, approval }])),
    new Map([
      ['provenance', { key: builder.id, approval: undefined }],
      ['approval', { key: validator.id, approval: note }],
    ]),
  )
  const told = await attestedBy(record, [builder.publicKey], store)
  t.same(
    new Map(told.map(({ kind, trusted }) => [kind, trusted])),
    new Map([
      ['provenance', true],
      ['approval', false],
    ]),
  )
  const both = await attestedBy(record, [validator.publicKey, builder.publicKey], store)
  t.ok(both.every(({ trusted }) => trusted))
  await t.rejects(
    attestedBy(record, [validator.publicKey], store),
    { code: 'SIGN_ABSENT' },
    'an approval is no attestation',
  )
  t.same((await checkStore(store)).damages, [])
})

t.test('a statement that was changed, swapped or moved is found', async (t) => {
  const [name = ''] = readdirSync(folder)
  const path = join(folder, name)
  const sound = readFileSync(path)
  for (const at of [5, sound.length >> 1, sound.length - 3]) {
    const bytes = Buffer.from(sound)
    bytes[at] = (bytes[at] as number) ^ 1
    chmodSync(path, 0o600)
    writeFileSync(path, bytes)
    t.match(
      (await checkStore(store)).damages,
      [{ runs: [record.id], error: { code: 'SIGN_BAD_ENVELOPE' } }],
      `byte ${at}`,
    )
  }
  writeFileSync(path, sound)
  const foreign = join(store.runs.folder(other.id), 'attestations')
  await attest(other, builder, store)
  renameSync(path, join(foreign, name))
  t.match((await attestationsOf(other, store)).damaged, [{ error: { code: 'SIGN_OTHER_RUN' } }])
  await t.rejects(attestedBy(other, [builder.publicKey], store), { code: 'SIGN_OTHER_RUN' })
  rmSync(join(foreign, name))
  t.equal((await attestedBy(other, [builder.publicKey], store)).length, 1)
})

t.test('somebody else’s key beside a forged statement does not help', async (t) => {
  const forger = signingKey(newKeyPair().privatePem)
  await attest(other, forger, store)
  t.same((await attestationsOf(other, store)).damaged, [], 'it is a sound statement of a key that nobody trusts')
  const told = await attestedBy(other, [builder.publicKey], store)
  t.same(
    new Map(told.map(({ key, trusted }) => [key, trusted])),
    new Map([
      [builder.id, true],
      [forger.id, false],
    ]),
  )
  await t.rejects(attestedBy(other, [validator.publicKey], store), { code: 'SIGN_ABSENT' })
})
