import type { Test } from 'tap'
import type { Frame } from '../../../src/frame/index.ts'
import { rowsOfFrame } from '../../../src/model/frame-rows.ts'
import type { Model } from '../../../src/model/index.ts'
import { exportOnnx, isTensorRow, writeOnnx } from '../../../src/model/onnx/index.ts'
import { madeUpRows } from '../../../src/package/made-up-rows.ts'
import { certifyParity, type ParityBounds, type ParityCertificate } from '../../../src/package/parity.ts'
import { loadOnnx } from './runtime.ts'

/** What is in 32 bits here or there. */
export const loose: ParityBounds = { absolute: 1e-5, relative: 1e-5 }

/** Exports a model, loads the file as its users would, and holds it to the model on these rows and on made-up ones, by the bounds that its algorithm declares. */
export async function holdsParity(
  t: Test,
  model: Model,
  fresh: Frame,
  tighter?: ParityBounds,
): Promise<ParityCertificate> {
  const { bytes, bounds: declared } = writeOnnx(model)
  const bounds = tighter ?? declared
  t.same(exportOnnx(model), bytes, 'the same bytes every time')
  const onnx = await loadOnnx(bytes, model.signature)
  const holdOut = rowsOfFrame(fresh, model.signature)
  const madeUp = madeUpRows(fresh, model.signature).filter((row) => isTensorRow(row, model.signature))
  const rows = { holdOut, madeUp }
  const certificate = await certifyParity(model, onnx.score, rows, bounds)
  await onnx.close()
  t.comment(`${certificate.verdict}: ${certificate.maxAbsolute}, ${certificate.maxRelative}`)
  t.not(certificate.verdict, 'different', JSON.stringify(certificate))
  t.ok(certificate.madeUp.rows - certificate.madeUp.refused > 0, 'some made-up rows are scored')
  return certificate
}
