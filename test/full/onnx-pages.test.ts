// Every page that ships, written as ONNX: the test rows and rows at the edges through onnxruntime-web and through the model.
import { join } from 'node:path'
import t from 'tap'
import { frameFromState } from '../../src/frame/index.ts'
import { openRunModel, runPage } from '../../src/index.ts'
import { rowsOfFrame } from '../../src/model/frame-rows.ts'
import { exportOnnx, isTensorRow } from '../../src/model/onnx/index.ts'
import { madeUpRows } from '../../src/package/made-up-rows.ts'
import { certifyParity } from '../../src/package/parity.ts'
import { decodeState } from '../../src/plugin/codec.ts'
import { rowsOf, type Split, TEST } from '../../src/run/split/split.ts'
import { openStore } from '../../src/store/index.ts'
import { loadOnnx } from '../model/onnx/runtime.ts'
import { noSharedData, root, sharedData } from '../root.ts'
import { notFull } from './full.ts'

const pages = [
  { file: 'pipelines/loan-approval.yaml' },
  { file: 'pipelines/loan-approval-nn.yaml', bound: 1e-5 },
  { file: 'pipelines/wages.yaml' },
  { file: 'pipelines/customer-segments.yaml' },
  { file: 'pipelines/scorecard.yaml' },
  { file: 'pipelines/german-credit.yaml', needsData: true },
  { file: 'pipelines/card-default.yaml', needsData: true },
  { file: 'test/fixtures/pages/card-default-nn.yaml', needsData: true, bound: 1e-5 },
  { file: 'test/fixtures/pages/california-housing.yaml', needsData: true },
]
const env = { ...process.env, ...(sharedData !== undefined && { DAYBOOK_DATA: sharedData }) }

t.setTimeout(900_000)
for (const { file, needsData = false, bound = 1e-9 } of pages) {
  const skip = notFull || (needsData && sharedData === undefined ? noSharedData : false)
  t.test(file, { skip, timeout: 600_000 }, async (t) => {
    const folder = t.testdir()
    const events = runPage(join(root, file), { store: folder, threads: 1, env })
    let next = await events.next()
    while (!next.done) next = await events.next()
    const { record } = next.value
    const store = await openStore(folder)
    const model = await openRunModel(store, record)
    const outputOf = async (cell: string, output: string) => {
      const key = record.observed.cells.find(({ id }) => id === cell)?.key ?? ''
      return decodeState(await store.objects.get((await store.cells.get(key))?.outputs[output] ?? ''))
    }
    const split = (await outputOf('split', 'split')) as unknown as Split
    const frame = frameFromState(await outputOf('data', 'frame'))
    const holdOut = rowsOfFrame(frame.take(rowsOf(split, TEST)), model.signature)

    const bytes = exportOnnx(model)
    const onnx = await loadOnnx(bytes, model.signature)
    const madeUp = madeUpRows(frame.take(rowsOf(split, TEST)), model.signature).filter((row) =>
      isTensorRow(row, model.signature),
    )
    const rows = { holdOut, madeUp }
    const { verdict, maxAbsolute, maxRelative, ...parts } = await certifyParity(model, onnx.score, rows, {
      absolute: bound,
      relative: bound,
    })
    await onnx.close()
    t.comment(`${bytes.length} bytes; ${verdict}: ${maxAbsolute}, ${maxRelative}; ${JSON.stringify(parts)}`)
    t.not(verdict, 'different')
    t.equal(parts.holdOut.labelsDiffer.count, 0)
    t.equal(parts.holdOut.refusedApart.count, 0)
  })
}
