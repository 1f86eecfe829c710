import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { unpackStore } from '../store/kept-store.ts'
import { daybook } from './daybook.ts'

const store = join(t.testdir(), 'store')
unpackStore('format-1', store)
const [first, second, third] = ['20261122-113144-3afa7d', '20261122-113145-63f4d4', '20261122-113145-d6f62d']
const inStore = (...words: string[]) => daybook([...words, '--store', store])

t.test('what is asked for must be said in full', async (t) => {
  const none = await inStore('forget')
  t.equal(none.code, 2)
  t.match(none.stderr, /name a run, or inputs by `--input`/)
  const both = await inStore('forget', first, '--input', '0'.repeat(64))
  t.equal(both.code, 2)
  const why = await inStore('forget', first)
  t.equal(why.code, 2)
  t.match(why.stderr, /`--reason` is missing\n.*it stays in the ledger/)
  const unknown = await inStore('forget', '--input', '0'.repeat(64), '--reason', 'x')
  t.equal(unknown.code, 2)
  t.match(unknown.stderr, /STORE_NO_INPUT .* no run of the store/)
})

t.test('a run’s rows are forgotten, and every command says so', async (t) => {
  const would = await inStore('forget', first, '--dry-run')
  t.equal(would.code, 0)
  t.match(would.stdout, new RegExp(`would remove .*\n +objects +\\d+\n +cache entries +\\d+\n.*${first}, ${second}`))
  const did = await inStore('forget', first, '--reason', 'request of 12 May', '--json')
  t.equal(did.code, 0)
  t.match(JSON.parse(did.stdout), {
    formatVersion: '1.0',
    ok: true,
    dryRun: false,
    runs: [first, second],
    tombstone: { number: 5, kind: 'forgotten', reason: 'request of 12 May', models: false },
  })
  const { stdout: list } = await inStore('ls')
  for (const run of [first, second, third]) t.match(list, new RegExp(`${run} +kept +ok, forgotten`))
  const { runs } = JSON.parse((await inStore('ls', '--json')).stdout) as { runs: { forgotten?: string }[] }
  t.ok(runs.every(({ forgotten }) => /^\d{4}-/.test(forgotten ?? '')))
  t.match((await inStore('show', first)).stdout, /rows {3}forgotten on \d{4}-.*: request of 12 May/)
  t.match((await inStore('ledger', 'head')).stdout, /^5 [0-9a-f]{64} data forgotten/)
  const fsck = await inStore('fsck')
  t.equal(fsck.code, 0)
  t.match(fsck.stdout, new RegExp(`run ${first}: its rows were forgotten on .* \\(request of 12 May\\)`))
  const verify = await inStore('verify', first)
  t.equal(verify.code, 1)
  t.match(verify.stdout, /verdict unverifiable: .*\nnote +its data was forgotten on .*: request of 12 May/)
  const digests = await inStore('verify', second, '--no-replay')
  t.equal(digests.code, 1)
  t.match(
    digests.stdout,
    /verdict unverifiable: .*\nnote +its data was forgotten .*\nnote +What is left is what was recorded/,
  )
})

t.test('a list tells of entries that were changed', async (t) => {
  const path = join(store, 'ledger', '0000000002.json')
  chmodSync(path, 0o600)
  writeFileSync(path, readFileSync(path, 'utf8').replace('"ok"', '"failed"'))
  const { code, stdout, stderr } = await inStore('ls')
  t.equal(code, 0)
  t.match(stderr, /entry 2 of the ledger is missing, or not what was written: daybook fsck says more/)
  t.notMatch(stdout, second)
  t.match(JSON.parse((await inStore('ls', '--json')).stdout), { damaged: [2], runs: [{ id: third }, { id: first }] })
  t.equal((await inStore('gc')).code, 1, 'nothing is collected in a store whose ledger is damaged')
  t.equal((await inStore('fsck')).code, 1)
})
