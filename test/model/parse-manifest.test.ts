import fc from 'fast-check'
import t from 'tap'
import { canonicalJson } from '../../src/base/canonical.ts'
import { DaybookError } from '../../src/base/errors.ts'
import type { Json } from '../../src/base/json.ts'
import { parseManifest } from '../../src/model/index.ts'

const state = 'a'.repeat(64)
const cell = { id: 'impute', use: 'impute', version: 1, params: {}, columns: ['x'], state }
const column = { name: 'x', type: 'category', levels: ['a'], unseen: 'error', missing: false, optional: false }
const signature = { columns: [column], ignored: [], task: 'binary', classes: ['n', 'y'], target: 'z', output: 'scores' }
const manifest = {
  format: 1,
  name: 'm',
  signature,
  preprocess: [cell],
  algorithm: { ...cell, id: 'train' },
  features: ['x'],
}
const bytes = (value: unknown) => new TextEncoder().encode(canonicalJson(value as Json))

t.test('a manifest comes back as it was written', async (t) => {
  t.same(parseManifest(bytes(manifest)), manifest)
})

t.test('tasks without a target have outputs of their own', async (t) => {
  for (const change of [
    { task: 'clustering', classes: [], output: 'clusters', target: null },
    { task: 'anomaly', classes: [], output: 'scores' },
  ]) {
    const other = { ...manifest, signature: { ...signature, ...change } }
    t.same(parseManifest(bytes(other)), other)
  }
})

t.test('what scoring could stumble over is refused', async (t) => {
  const withColumn = (change: object) => ({ signature: { ...signature, columns: [{ ...column, ...change }] } })
  const changes: object[] = [
    { format: 2 },
    { name: null },
    { signature: null },
    { signature: { ...signature, columns: [column, column] } },
    { signature: { ...signature, classes: ['y'] } },
    { signature: { ...signature, classes: [] } },
    { signature: { ...signature, output: 'labels' } },
    { signature: { ...signature, task: 'ranking' } },
    { signature: { ...signature, task: 'clustering', classes: [] } },
    { signature: { ...signature, task: 'anomaly' } },
    { signature: { ...signature, task: 'anomaly', classes: [], output: 'values' } },
    { signature: { ...signature, task: 'regression', classes: [], output: 'clusters' } },
    { signature: { ...signature, ignored: undefined } },
    { signature: { ...signature, target: 5 } },
    withColumn({ name: 5 }),
    withColumn({ type: 'sparse' }),
    withColumn({ type: 'number' }),
    withColumn({ levels: ['a', 'a'] }),
    withColumn({ unseen: 'pass' }),
    withColumn({ missing: 'no' }),
    withColumn({ min: '0' }),
    withColumn({ monotone: 'up' }),
    { preprocess: {} },
    { preprocess: [{ ...cell, columns: undefined }] },
    { preprocess: [null] },
    { algorithm: { ...cell, state: '../../etc' } },
    { algorithm: { ...cell, params: [] } },
    { algorithm: { ...cell, version: '1' } },
    { features: [1] },
  ]
  for (const change of changes) {
    t.throws(() => parseManifest(bytes({ ...manifest, ...change })), { code: 'MODEL_CORRUPT' }, JSON.stringify(change))
  }
  for (const text of ['', '{', '[]', 'null', ` ${canonicalJson(manifest)}`, '['.repeat(1e5)]) {
    t.throws(() => parseManifest(new TextEncoder().encode(text)), { code: 'MODEL_CORRUPT' })
  }
  t.throws(() => parseManifest(Uint8Array.of(0xff)), { code: 'MODEL_CORRUPT' })
})

t.test('any JSON is a manifest or MODEL_CORRUPT', async () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      try {
        parseManifest(bytes({ ...manifest, signature: value }))
      } catch (thrown) {
        if (!(thrown instanceof DaybookError)) throw thrown
      }
    }),
  )
})
