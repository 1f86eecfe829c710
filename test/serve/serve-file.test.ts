import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { formatError } from '../../src/base/format-error.ts'
import { DaybookError } from '../../src/index.ts'
import { readServeFile } from '../../src/serve/serve-file.ts'

const folder = await mkdtemp(join(tmpdir(), 'daybook-serve-'))
t.teardown(() => rm(folder, { recursive: true }))

async function read(text: string, name = 'serve.yaml') {
  const file = join(folder, name)
  await writeFile(file, text)
  return readServeFile(file)
}

/** Codes and lines of what is wrong with a file. */
async function wrong(text: string): Promise<readonly (readonly [string, number | undefined])[]> {
  try {
    await read(text)
    return []
  } catch (thrown) {
    if (!(thrown instanceof DaybookError)) throw thrown
    return thrown.all.map(({ code, at }) => [code, at?.line] as const)
  }
}

const whole = `daybookServe: 1
host: 0.0.0.0
port: 8443
management: { port: 9000 }
tokens: tokens.txt
tls: { certificate: chain.pem, key: private/key.pem }
key: owner.pub
store: ../.daybook
threads: 2
limits: { bodyBytes: 2000000, rows: 5000, timeoutMs: 5000, connections: 200, graceMs: 20000, waitMs: 30 }
batching: { maxBatchSize: 64, maxDelayMs: 2, maxQueue: 500 }
models:
  - loan-approval
  - name: cards
    champion: 20261122-104933-5f8e7c
    challenger: cards
    versions: [20261101-]
`

t.test('everything that a server is told; paths start from the file', async (t) => {
  const told = await read(whole)
  t.match(told, {
    host: '0.0.0.0',
    port: 8443,
    management: { port: 9000 },
    tokens: join(folder, 'tokens.txt'),
    tls: { certificate: join(folder, 'chain.pem'), key: join(folder, 'private', 'key.pem') },
    key: join(folder, 'owner.pub'),
    store: join(folder, '..', '.daybook'),
    threads: 2,
    limits: { bodyBytes: 2_000_000, rows: 5000, waitMs: 30 },
    batching: { maxBatchSize: 64, maxDelayMs: 2, maxQueue: 500 },
    models: [
      { champion: 'loan-approval' },
      { name: 'cards', champion: '20261122-104933-5f8e7c', challenger: 'cards', versions: ['20261101-'] },
    ],
  })
  const json = await read('{ "daybookServe": 1, "management": false, "models": ["loans"] }', 'serve.json')
  t.match(json, { management: false, models: [{ champion: 'loans' }] })
  t.equal(json.tokens, undefined)
})

t.test('what is wrong is told at its line, all at once', async (t) => {
  t.same(
    await wrong(
      whole
        .replace('port: 8443', 'prot: 8443')
        .replace('rows: 5000', 'rows: "many"')
        .replace('threads: 2', 'threads: 100')
        .replace('maxQueue', 'maxQeue')
        .replace('    champion: 2', '    champoin: 2'),
    ),
    [
      ['SPEC_UNKNOWN_KEY', 3],
      ['SPEC_BAD_VALUE', 9],
      ['SPEC_BAD_VALUE', 10],
      ['SPEC_UNKNOWN_KEY', 11],
      ['SPEC_MISSING_KEY', 14],
      ['SPEC_UNKNOWN_KEY', 15],
    ],
  )
  t.same(await wrong(whole.replace('daybookServe: 1', 'daybookServe: 2')), [['SPEC_BAD_VALUE', 1]])
  t.same(await wrong('models: [a]\n'), [['SPEC_MISSING_KEY', 1]])
  t.same(await wrong('daybookServe: 1\nmodels: []\n'), [['SPEC_BAD_VALUE', 2]])
  t.same(await wrong('daybookServe: 1\nmodels:\n  - a\n  - { name: a, champion: b }\n'), [['SPEC_BAD_VALUE', 4]])
  t.same(await wrong(''), [['SPEC_EMPTY', 1]])
  t.same(await wrong('daybookServe: 1\nmodels: [a'), [['SPEC_YAML', 2]])
  await t.rejects(read(whole.replace('port: 8443', 'prot: 8443')), /`prot` is not a key/)
  await read(whole.replace('port: 8443', 'prot: 8443')).catch((error: DaybookError) =>
    t.match(formatError(error), 'did you mean `port`?'),
  )
  await t.rejects(readServeFile(join(folder, 'none.yaml')), { code: 'SPEC_FILE_MISSING' })
})

t.test('35: no pattern of a caller is ever run: names are looked up', async (t) => {
  const name = `${'a'.repeat(60)}!`
  const started = process.cpuUsage()
  t.same(await wrong(`daybookServe: 1\nmodels:\n  - { name: "${name}", champion: b }\n`), [['SPEC_BAD_VALUE', 3]])
  t.ok(process.cpuUsage(started).user < 1e6)
})
