import { stat } from 'node:fs/promises'
import type { Digest } from '../base/digest.ts'
import { writtenLocation } from '../plan/plan.ts'
import type { Pipeline } from '../spec/pipeline.ts'
import type { RecordedInput } from '../store/index.ts'
import type { CellOutcome } from './schedule.ts'

/** The files that a run's sources read. Their digests are those that the cells' keys hold. */
export async function observeInputs(
  pipeline: Pipeline,
  cells: readonly CellOutcome[],
): Promise<readonly RecordedInput[]> {
  const inputs: RecordedInput[] = []
  for (const { cell } of cells) {
    const files = (cell.keyParts.files ?? {}) as Readonly<Record<string, Digest>>
    for (const [param, digest] of Object.entries(files)) {
      const { size: bytes } = await stat(cell.locations[param] as string).catch(() => ({ size: 0 }))
      inputs.push({ cell: cell.id, param, location: writtenLocation(pipeline, cell.id, param), digest, bytes })
    }
  }
  return inputs
}
