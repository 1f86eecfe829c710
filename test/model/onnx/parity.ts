import type { Test } from 'tap'
import type { Frame } from '../../../src/frame/index.ts'
import type { Model } from '../../../src/model/index.ts'
import { exportOnnx } from '../../../src/model/onnx/index.ts'
import { edgeRows } from '../../../src/package/edge-rows.ts'
import { jsonRowsOf } from '../../../src/package/hold-out-rows.ts'
import { certifyParity, type ParityBounds, type ParityCertificate } from '../../../src/package/parity.ts'
import { loadOnnx } from './runtime.ts'

/** What cells and algorithms in 64 bits are held to. */
export const tight: ParityBounds = { absolute: 1e-9, relative: 1e-9 }

/** What is in 32 bits here or there. */
export const loose: ParityBounds = { absolute: 1e-5, relative: 1e-5 }

/** Exports a model, loads the file as its users would, and holds it to the model on these rows and on rows at the edges. */
export async function holdsParity(
  t: Test,
  model: Model,
  fresh: Frame,
  bounds: ParityBounds = tight,
): Promise<ParityCertificate> {
  const bytes = exportOnnx(model)
  t.same(exportOnnx(model), bytes, 'the same bytes every time')
  const onnx = await loadOnnx(bytes, model.signature)
  const holdOut = jsonRowsOf(fresh, model.signature)
  const rows = { holdOut, edges: edgeRows(model.signature, holdOut) }
  const certificate = await certifyParity(model, onnx.score, rows, bounds)
  await onnx.close()
  t.comment(`${certificate.verdict}: ${certificate.maxAbsolute}, ${certificate.maxRelative}`)
  t.not(certificate.verdict, 'different', JSON.stringify(certificate))
  t.ok(certificate.edges.rows - certificate.edges.refused > 0, 'some edge rows are scored')
  return certificate
}
