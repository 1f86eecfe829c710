import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import t from 'tap'
import plugin from '../../../plugins/data/csv.ts'
import { typeTable } from '../../../src/frame/type-table.ts'
import { fillParams } from '../../../src/plugin/fill-params.ts'
import { testContext } from '../../../src/testing/context.ts'

t.test('a European file, gzipped', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'daybook-csv-'))
  t.teardown(() => rm(folder, { recursive: true }))
  const path = join(folder, 'kredite.csv.gz')
  const text = 'Kunde;Betrag;Zins\nMüller;1.200,50;3,5\nJäger;-;4\n'
  await writeFile(path, gzipSync(Buffer.from(text, 'latin1')))
  const given = { path, delimiter: ';', decimal: ',', thousands: '.', encoding: 'latin1', missing: ['-'] }
  const params = fillParams(plugin.params, given)
  const table = await plugin.read(params, { ...testContext({ params, random: false }), inputs: new Map() })
  const { frame, errors } = typeTable(table, {}, 'data')
  t.strictSame(errors, [])
  t.strictSame(
    frame.columns.map((column) => [...(column.values as Float64Array)]),
    [
      [1, 0],
      [1200.5, Number.NaN],
      [3.5, 4],
    ],
  )
  t.equal(table.place?.(1), 'kredite.csv.gz:3')
})
