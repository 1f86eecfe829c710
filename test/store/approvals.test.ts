import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { Ajv } from 'ajv'
import t from 'tap'
import { canonicalJson } from '../../src/base/canonical.ts'
import { digestBytes } from '../../src/base/digest.ts'
import { seal } from '../../src/base/dsse.ts'
import type { Json } from '../../src/base/json.ts'
import { newKeyPair, type SigningKey, signingKey } from '../../src/base/signing-key.ts'
import { verifyRun } from '../../src/index.ts'
import { putStatement } from '../../src/store/attestations.ts'
import {
  approve,
  attest,
  checkRelied,
  checkStore,
  type DemandedApproval,
  findApprovals,
  openStore,
  type RunRecord,
  requireApproved,
  type Store,
} from '../../src/store/index.ts'
import { recordSchema } from '../../src/store/record-schema.ts'
import { approvalOf } from '../../src/store/statements.ts'
import { makeWorkshop, type SeenRun, seeRun, statesOf, type Workshop } from '../run/workshop.ts'

const newKey = (): SigningKey => signingKey(newKeyPair().privatePem)
const [analyst, validator, owner, stranger] = [newKey(), newKey(), newKey(), newKey()]
const at = '2026-01-02T03:04:05.000Z'

/** A folder with a page that demands approvals, and its store. */
async function demanding(t: Parameters<typeof makeWorkshop>[0], approvals: string) {
  const workshop = makeWorkshop(t, 60)
  const page = workshop.page(sections(approvals))
  const run = (options = {}) => seeRun(page, options)
  const store = await openStore(join(workshop.folder, '.daybook'))
  return { workshop, page, run, store }
}

const sections = (approvals: string) => ({
  approvals: `approvals: ${approvals}`,
  evaluate: 'evaluate: { metrics: [auc], folds: 0, resamples: 0 }',
  deploy: 'deploy: [serve]',
})

const recordOf = ({ finished }: SeenRun) => finished?.record as RunRecord
const signOff = (record: RunRecord, role: string, key: SigningKey, store: Store) =>
  approve(record, { role, note: 'Looked at.', at }, key, store)
const byOf = ({ approvals = [] }: RunRecord) => approvals.map(({ by }) => by)
const folderOf = (workshop: Workshop, { id }: RunRecord) =>
  join(workshop.folder, '.daybook', 'runs', id, 'attestations')

/** Writes a statement's file as a forger would: its name is the digest of what it holds. */
function plant(folder: string, signed: object): string {
  const text = `${canonicalJson(signed as Json)}\n`
  const path = join(folder, `${digestBytes(text)}.json`)
  mkdirSync(folder, { recursive: true })
  writeFileSync(path, text)
  return path
}

t.test('nothing is deployed before others approved the very result', async (t) => {
  const { workshop, run, store } = await demanding(t, `[{ role: validator, keys: [${validator.id}] }, owner]`)
  const first = await run({ key: analyst })
  const record = recordOf(first)
  t.equal(record.status, 'ok')
  t.equal(statesOf(first).gates, 'ran')
  t.equal(statesOf(first)['deploy.serve'], 'skipped')
  t.match(first.events, [
    ...first.events.slice(0, -2),
    { type: 'cellEnded', cell: 'deploy.serve', why: 'waits for approval by validator, owner' },
    { type: 'runEnded', status: 'ok' },
  ])
  t.match(record.approvals, [
    { role: 'validator', keys: [validator.id], by: null, statement: null },
    { role: 'owner', keys: null, by: null },
  ])
  t.same(record.deploy, [{ id: 'deploy.serve', plugin: 'serve@1', output: null }])
  t.notOk(existsSync(join(store.runs.folder(record.id), 'deploy')))
  await t.rejects(requireApproved(record, store), {
    code: 'SIGN_NOT_APPROVED',
    exit: 3,
    hint: /approve .* --role validator/,
  })

  await signOff(record, 'validator', validator, store)
  const half = await run({ key: analyst })
  t.same(byOf(recordOf(half)), [validator.id, null])
  t.equal(statesOf(half)['deploy.serve'], 'skipped')

  // The other approval may speak of a later run: it is the result that is approved.
  const { statement } = await signOff(recordOf(half), 'owner', owner, store)
  await requireApproved(record, store)
  const last = await run({ key: analyst })
  const { approvals, digest } = recordOf(last)
  t.equal(digest, record.digest, 'approvals stand outside of the digest')
  t.same(
    Object.values(statesOf(last)).filter((state) => state === 'ran'),
    ['ran'],
    'all cached but the target',
  )
  t.equal(statesOf(last)['deploy.serve'], 'ran')
  t.match(approvals, [
    { role: 'validator', by: validator.id, run: record.id, note: 'Looked at.', at },
    { role: 'owner', by: owner.id, run: recordOf(half).id, statement },
  ])
  t.ok(existsSync(join(store.runs.folder(recordOf(last).id), 'deploy', 'deploy.serve')))
  const fits = new Ajv({ strict: true, allowUnionTypes: true }).compile(recordSchema())
  for (const one of [record, recordOf(last)]) t.ok(fits(one), JSON.stringify(fits.errors))
  t.same((await checkStore(store)).damages, [])

  const replay = verifyRun(recordOf(last), { store: store.folder, threads: 1, env: {} })
  let step = await replay.next()
  while (!step.done) step = await replay.next()
  t.equal(step.value.verdict, 'identical', 'a replay takes the approvals as the record has them')

  rmSync(join(folderOf(workshop, recordOf(half)), `${statement}.json`), { force: true })
  t.same((await checkStore(store)).damages, [], 'a run carries what it relied on')
  const again = await run()
  t.same(byOf(recordOf(again)), [validator.id, null])
  t.equal(statesOf(again)['deploy.serve'], 'skipped', 'a target that is cached waits too')
})

t.test('what a run relied on lies with it, and no byte of it changes unseen', async (t) => {
  const { run, store } = await demanding(t, '[validator]')
  const { statement } = await signOff(recordOf(await run()), 'validator', validator, store)
  const record = recordOf(await run())
  const other = await signOff(recordOf(await run({ overrides: ['seed=9'] })), 'validator', validator, store)
  t.same(await checkRelied(record, store), [])
  const folder = join(store.runs.folder(record.id), 'approvals')
  const path = join(folder, `${statement}.json`)
  const sound = readFileSync(path)
  const gone = [
    { path: join('runs', record.id, 'approvals', `${statement}.json`), error: { code: 'SIGN_APPROVAL_GONE' } },
  ]
  for (const at of [3, sound.length >> 1, sound.length - 1]) {
    const bytes = Buffer.from(sound)
    bytes[at] = (bytes[at] as number) ^ 1
    writeFileSync(path, bytes)
    t.match(await checkRelied(record, store), gone, `byte ${at}`)
  }
  rmSync(path)
  t.match(await checkRelied(record, store), gone, 'removed')
  t.match((await checkStore(store)).damages, [{ runs: [record.id], error: { code: 'SIGN_APPROVAL_GONE' } }])
  writeFileSync(path, sound)
  writeFileSync(join(folder, 'note.txt'), '')
  t.match(await checkRelied(record, store), [{ error: { code: 'STORE_FILE_STRANGE' } }])
  rmSync(join(folder, 'note.txt'))

  // A record that claims more than was signed: another role, another key, an approval of another result.
  const [given] = record.approvals as readonly [DemandedApproval]
  const claims = (change: Partial<DemandedApproval>) =>
    checkRelied({ ...record, approvals: [{ ...given, ...change }] }, store)
  t.match(await claims({ role: 'owner' }), [{ error: { message: /no approval in that role/ } }])
  t.match(await claims({ by: owner.id }), [{ error: { message: /another key signed it/ } }])
  const foreign = join(store.runs.folder(recordOf(await run({ overrides: ['seed=9'] })).id), 'approvals')
  copyFileSync(join(foreign, `${other.statement}.json`), join(folder, `${other.statement}.json`))
  rmSync(path)
  t.match(await claims({ statement: other.statement }), [{ error: { message: /another result/ } }])
})

t.test('an approval counts for its result alone: another model waits again', async (t) => {
  const { run, store } = await demanding(t, '[validator]')
  await signOff(recordOf(await run()), 'validator', validator, store)
  t.equal(statesOf(await run())['deploy.serve'], 'ran')
  const other = await run({ overrides: ['seed=9'] })
  t.same(byOf(recordOf(other)), [null])
  t.equal(statesOf(other)['deploy.serve'], 'skipped')
  t.equal(statesOf(await run())['deploy.serve'], 'cached', 'the first one is approved still')
})

t.test('who attested a run does not approve it', async (t) => {
  const { run, store } = await demanding(t, '[validator]')
  const plain = recordOf(await run())
  const attested = recordOf(await run({ key: analyst }))
  await t.rejects(signOff(attested, 'validator', analyst, store), { code: 'SIGN_OWN_RUN', exit: 2 })
  // Past the command: the statement itself is sound, and it does not count.
  const approval = { role: 'validator', note: '', at }
  await putStatement(attested, (entry) => approvalOf(attested, entry, approval), analyst, store)
  const waits = await run()
  t.same(byOf(recordOf(waits)), [null])
  t.match(waits.finished?.uncounted, [{ key: analyst.id, why: 'its key attested the run' }])

  // A run of equal result after the one that was attested does not help either.
  const twin = recordOf(await run())
  await t.rejects(signOff(twin, 'validator', analyst, store), { code: 'SIGN_OWN_RUN' })
  await putStatement(twin, (entry) => approvalOf(twin, entry, approval), analyst, store)
  t.same(byOf(recordOf(await run())), [null])

  // An approval from before is void once its key attests that very run; the command refuses.
  await signOff(plain, 'validator', validator, store)
  await t.rejects(attest(plain, validator, store), { code: 'SIGN_OWN_RUN' })
  t.same(byOf(recordOf(await run({ key: validator }))), [null], 'who runs does not rely on their own approval')
  t.same(byOf(recordOf(await run())), [validator.id], 'for others it counts still')
})

t.test('roles, keys and how often a key counts', async (t) => {
  const demands: readonly Pick<DemandedApproval, 'role' | 'keys'>[] = [
    { role: 'validator', keys: [validator.id, owner.id] },
    { role: 'owner', keys: null },
  ]
  const { run, store } = await demanding(t, '[validator, owner]')
  const record = recordOf(await run())
  const find = async () => findApprovals(record.digest, demands, store)
  const by = async () => (await find()).approvals.map((one) => one.by)

  await signOff(record, 'validator', stranger, store)
  await signOff(record, 'auditor', validator, store)
  t.same(await by(), [null, null])
  t.same(
    new Map((await find()).uncounted.map(({ key, why }) => [key, why])),
    new Map([
      [stranger.id, 'the page does not take its key in that role'],
      [validator.id, 'the page does not ask for that role'],
    ]),
  )
  await signOff(record, 'validator', owner, store)
  await signOff(record, 'owner', owner, store)
  t.same(await by(), [owner.id, null], 'one key, two roles: it counts once')
  t.match(
    (await find()).uncounted.filter(({ key }) => key === owner.id),
    [{ role: 'owner', why: /each approval is by another key/ }],
  )
  await signOff(record, 'validator', validator, store)
  t.same(await by(), [validator.id, owner.id], 'keys are matched so that all roles are filled where they can be')
})

t.test('a role that is asked for twice wants two keys', async (t) => {
  const { run, store } = await demanding(t, '[validator, validator]')
  const record = recordOf(await run())
  await signOff(record, 'validator', validator, store)
  await signOff(record, 'validator', validator, store)
  t.same(byOf(recordOf(await run())).filter((one) => one === null).length, 1)
  await signOff(record, 'validator', owner, store)
  t.same(byOf(recordOf(await run())).sort(), [validator.id, owner.id].sort())
})

t.test('forged, edited and replayed statements do not count', async (t) => {
  const { workshop, run, store } = await demanding(t, `[{ role: owner, keys: [${owner.id}] }]`)
  const record = recordOf(await run())
  const other = recordOf(await run({ overrides: ['seed=9'] }))
  const waits = async (what: string) => {
    const now = await run()
    t.same(byOf(recordOf(now)), [null], what)
    t.equal(statesOf(now)['deploy.serve'], 'skipped', what)
  }
  const folder = folderOf(workshop, record)

  // Replayed: signed for another run.
  const { statement } = await signOff(other, 'owner', owner, store)
  const foreign = join(folderOf(workshop, other), `${statement}.json`)
  mkdirSync(folder, { recursive: true })
  copyFileSync(foreign, join(folder, `${statement}.json`))
  await waits('replayed')
  t.match((await checkStore(store)).damages, [{ error: { code: 'SIGN_OTHER_RUN' } }])
  rmSync(join(folder, `${statement}.json`), { force: true })

  // Edited: the same signature over other words, under a name that fits them.
  await signOff(record, 'reviewer', owner, store)
  const [name = ''] = readdirSync(folder)
  const sound = JSON.parse(readFileSync(join(folder, name), 'utf8'))
  const words = JSON.parse(Buffer.from(sound.envelope.payload, 'base64').toString())
  const edit = (change: object) => ({ ...words, predicate: { ...words.predicate, ...change } })
  const payloadOf = (statement: object) => Buffer.from(canonicalJson(statement as Json))
  const forged = { ...sound.envelope, payload: payloadOf(edit({ role: 'owner' })).toString('base64') }
  const planted = plant(folder, { ...sound, envelope: forged })
  await waits('role changed')
  rmSync(planted)

  // Signed anew by somebody whom the page does not name, with the owner's public key beside it, or their own.
  const anew = seal('application/vnd.in-toto+json', payloadOf(edit({ role: 'owner' })), stranger)
  const byStranger = plant(folder, { envelope: anew, publicKey: stranger.publicKey.pem })
  await waits('another key')
  const disguised = plant(folder, { envelope: anew, publicKey: owner.publicKey.pem })
  await waits('another key under the owner’s name')
  t.match((await checkStore(store)).damages, [{ error: { code: 'SIGN_NOT_BY_KEY' } }])
  rmSync(byStranger)
  rmSync(disguised)

  // Provenance is no approval, and an approval without its words is none.
  const bare = seal('application/vnd.in-toto+json', payloadOf(edit({ role: ['owner'] })), owner)
  const wordless = plant(folder, { envelope: bare, publicKey: owner.publicKey.pem })
  await waits('a role that is no text')
  rmSync(wordless)
  chmodSync(join(folder, name), 0o600)
  writeFileSync(join(folder, name), '{')
  await waits('broken')
  rmSync(join(folder, name))

  await signOff(record, 'owner', owner, store)
  t.same(byOf(recordOf(await run())), [owner.id])
})

t.test('the run that was approved is changed afterwards', async (t) => {
  const { run, store } = await demanding(t, '[validator]')
  const record = recordOf(await run())
  await signOff(record, 'validator', validator, store)
  const file = join(store.runs.folder(record.id), 'run.json')
  chmodSync(file, 0o600)
  writeFileSync(file, readFileSync(file, 'utf8').replace('"threads":2', '"threads":3'))
  t.same(byOf(recordOf(await run())), [null], 'a record that is not what the ledger holds is no ground for anything')
})

t.test('gates come first, and pages without targets ask too', async (t) => {
  const failing = makeWorkshop(t, 60)
  const gates = 'gates: [{ metric: auc, atLeast: 0.9999 }]'
  const gated = await seeRun(failing.page({ ...sections('[validator]'), gates }))
  t.equal(recordOf(gated).status, 'gateFailed')
  t.same(byOf(recordOf(gated)), [null])
  const { workshop } = await demanding(t, '[validator]')
  const bare = await seeRun(workshop.page({ ...sections('[validator]'), deploy: null }))
  t.equal(recordOf(bare).status, 'ok')
  t.same(byOf(recordOf(bare)), [null])
})
