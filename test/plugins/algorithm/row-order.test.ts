import type { DenseFeatures } from 'daybook/frame'
import type { JsonObject, TrainingData } from 'daybook/plugin'
import t from 'tap'
import { bytesOf, everySubject, fit, rowsToLearn } from './every.ts'

/** Algorithms whose sums are exact, as long as they draw no rows. */
const exact: Readonly<Record<string, JsonObject>> = {
  'gradient-boosting': { trees: 5 },
  'random-forest': { trees: 5, bootstrap: false },
}

function reversed(data: TrainingData): TrainingData {
  const X = data.X as DenseFeatures
  const width = X.features.length
  const values = new Float32Array(X.values.length)
  for (let row = 0; row < X.rows; row++)
    values.set(X.values.subarray(row * width, (row + 1) * width), (X.rows - 1 - row) * width)
  return { ...data, X: { ...X, values }, y: data.y.toReversed() }
}

t.test('rows in reverse give the same trees', async (t) => {
  for (const subject of await everySubject()) {
    const given = exact[subject.id]
    if (given === undefined) continue
    const data = rowsToLearn(subject.task, 3000, 6)
    const [forward, backward] = [await fit(subject, data, given), await fit(subject, reversed(data), given)]
    t.ok(bytesOf(forward) === bytesOf(backward), subject.name)
  }
})
