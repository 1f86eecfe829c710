// The contract of plugins, held against all that come with Daybook and against somebody else's, by the same suite.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { DuckDBInstance } from '@duckdb/node-api'
import type { JsonObject, Plugin, PluginSet, PluginSetEntry } from 'daybook/plugin'
import builtIns from 'daybook/plugins'
import { type CheckOptions, conformance, frameOf } from 'daybook/testing'
import t, { type Test } from 'tap'
import { openRegistry } from '../../src/plugin/open-registry.ts'
import { acme, folderWithAcme } from '../acme.ts'

/** A Parquet file of three rows, which no example could hold as text. */
async function parquetFile(folder: string): Promise<Uint8Array> {
  const file = join(folder, 'three.parquet')
  const database = await DuckDBInstance.create(':memory:')
  const connection = await database.connect()
  await connection.run(`COPY (SELECT range AS id, range * 0.5 AS half FROM range(3)) TO '${file}' (FORMAT parquet)`)
  connection.closeSync()
  return readFile(file)
}

/** What the suite cannot know of a plugin. */
const optionsOf: Readonly<Record<string, CheckOptions>> = {
  'algorithm/k-means': { params: { k: 3 } },
  'data/parquet': { params: { path: 'three.parquet' }, files: { 'three.parquet': await parquetFile(t.testdir()) } },
  'data/sql': {
    inputs: { loans: frameOf({ id: [1, 2, 3], amount: [100, 250, 50] }) },
    params: { query: 'SELECT id, amount * 2 AS twice FROM loans' } satisfies JsonObject,
  },
}

async function holds(t: Test, { kind, id, load }: PluginSetEntry): Promise<void> {
  await t.test(`${kind}/${id}`, async (t) => {
    const plugin = (await load()).default as Plugin
    t.equal(plugin.id, id, 'its id is that of its file')
    t.equal(plugin.kind, kind)
    await conformance(t, plugin, optionsOf[`${kind}/${id}`])
  })
}

t.test('built-in plugins', async (t) => {
  for (const entry of builtIns.plugins) await holds(t, entry)
})

t.test('plugins of a package from elsewhere', async (t) => {
  const folder = await folderWithAcme(t)
  const index = pathToFileURL(join(folder, 'node_modules', acme, 'index.js')).href
  const { default: set } = (await import(index)) as { readonly default: PluginSet }
  for (const entry of set.plugins) await holds(t, entry)
})

t.test('a page names them as it names its own', async (t) => {
  const registry = await openRegistry({ folder: await folderWithAcme(t) })
  const { plugin, origin, package: from } = await registry.find('preprocess', `${acme}/target-mean`)
  t.equal(plugin.id, 'target-mean')
  t.equal(origin, 'npm')
  t.equal(from, `${acme}@1.2.0`)
})
