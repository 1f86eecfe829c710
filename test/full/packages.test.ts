import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import t from 'tap'
import { openStore, packageRun, type RunRecord, verifyPackage } from '../../src/index.ts'
import { seeRun } from '../run/workshop.ts'
import { writeAlgorithmPages } from './algorithm-pages.ts'
import { notFull } from './full.ts'

t.test('every algorithm in every task is packed for npm, bit for bit', { skip: notFull }, async (t) => {
  const folder = t.testdir()
  for (const page of await writeAlgorithmPages(folder)) {
    const { finished } = await seeRun(page, { overrides: ['data.with.rows=1500'] })
    const record = finished?.record as RunRecord
    t.equal(record.status, 'ok', page)
    const files = await packageRun(await openStore(finished?.store as string), record, { target: 'npm', env: {} })
    const out = join(folder, `${record.pipeline}-package`)
    for (const [path, bytes] of files) {
      mkdirSync(dirname(join(out, path)), { recursive: true })
      writeFileSync(join(out, path), bytes)
    }
    const { verdict, examples } = await verifyPackage(out)
    const parity = JSON.parse(Buffer.from(files.get('parity.json') as Uint8Array).toString())
    t.equal(verdict, 'identical')
    t.ok(examples > 0)
    t.match(parity, { different: 0, model: record.result.model?.digest })
    t.ok(parity.refused < parity.rows.madeUp, `${record.pipeline}: ${parity.refused} of the rows are refused`)
    const kB = Math.round([...files.values()].reduce((sum, { length }) => sum + length, 0) / 1000)
    t.comment(`${record.pipeline}: ${kB} kB`)
  }
})
