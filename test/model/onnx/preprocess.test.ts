// Every preprocess cell as part of an ONNX file, run by onnxruntime-web, beside the model that it was written from.
import t from 'tap'
import gradientBoosting from '../../../plugins/algorithm/gradient-boosting.ts'
import logistic from '../../../plugins/algorithm/logistic.ts'
import ridge from '../../../plugins/algorithm/ridge.ts'
import scorecard from '../../../plugins/algorithm/scorecard.ts'
import clip from '../../../plugins/preprocess/clip.ts'
import dateParts from '../../../plugins/preprocess/date-parts.ts'
import drop from '../../../plugins/preprocess/drop.ts'
import impute from '../../../plugins/preprocess/impute.ts'
import interactions from '../../../plugins/preprocess/interactions.ts'
import log from '../../../plugins/preprocess/log.ts'
import minMax from '../../../plugins/preprocess/min-max.ts'
import oneHot from '../../../plugins/preprocess/one-hot.ts'
import ordinal from '../../../plugins/preprocess/ordinal.ts'
import pca from '../../../plugins/preprocess/pca.ts'
import robustScale from '../../../plugins/preprocess/robust-scale.ts'
import standardize from '../../../plugins/preprocess/standardize.ts'
import textTfidf from '../../../plugins/preprocess/text-tfidf.ts'
import woe from '../../../plugins/preprocess/woe.ts'
import type { JsonObject } from '../../../src/base/json.ts'
import { fitted, type SmallPage } from './fitted.ts'
import { someLoans } from './loans.ts'
import { holdsParity } from './parity.ts'

type Cells = NonNullable<SmallPage['cells']>

interface Case {
  readonly name: string
  readonly inputs: readonly string[]
  readonly cells: Cells
  readonly algorithm?: SmallPage['algorithm']
  readonly target?: 'paid' | 'limit'
}

const one = (plugin: Cells[number]['plugin'], params: JsonObject = {}): Cells[number] => ({ plugin, params })
const table = ['amount', 'purpose', 'age', 'member', 'debt', 'region']
const trees = { plugin: gradientBoosting, params: { trees: 15 } }
const allParts = ['year', 'quarter', 'month', 'dayOfMonth', 'dayOfYear', 'dayOfWeek', 'hour', 'daysSince']

const cases: readonly Case[] = [
  { name: 'impute with indicators', inputs: table, cells: [one(impute, { addIndicator: true }), one(oneHot)] },
  {
    name: 'impute constants',
    inputs: [...table, 'comment', 'opened'],
    cells: [
      one(impute, { number: 'constant', numberValue: -1, category: 'constant', boolean: true, date: 'latest' }),
      one(dateParts, { parts: allParts, since: '2001-01-01' }),
      one(textTfidf, { minTexts: 1 }),
      one(oneHot),
    ],
  },
  {
    name: 'one-hot of rare levels',
    inputs: table,
    cells: [one(impute, { category: 'constant' }), one(oneHot, { dropFirst: true, maxLevels: 3, missing: 'zeros' })],
  },
  { name: 'ordinal', inputs: table, cells: [one(ordinal, { unseen: 'first', missing: 'last' })], algorithm: trees },
  { name: 'ordinal with missing', inputs: table, cells: [one(ordinal, { unseen: 'missing' })], algorithm: trees },
  {
    name: 'robust-scale, clip',
    inputs: table,
    cells: [one(robustScale), one(clip, { lower: 0.1, upper: 0.9 })],
    algorithm: trees,
  },
  { name: 'min-max', inputs: table, cells: [one(impute), one(oneHot), one(minMax, { min: -1, max: 3, clip: true })] },
  {
    name: 'log, standardize',
    inputs: table,
    cells: [one(impute), one(log), one(standardize), one(oneHot)],
    target: 'limit',
    algorithm: { plugin: ridge },
  },
  {
    name: 'interactions',
    inputs: table,
    cells: [one(impute), one(interactions, { squares: true, maxLevels: 9 }), one(oneHot), one(standardize)],
  },
  { name: 'interactions with missing', inputs: table, cells: [one(interactions)], algorithm: trees },
  { name: 'pca', inputs: table, cells: [one(impute), one(pca, { components: 2 }), one(oneHot)] },
  { name: 'woe, scorecard', inputs: table, cells: [one(woe)], algorithm: { plugin: scorecard } },
  {
    name: 'woe of the worst, boosting',
    inputs: table,
    cells: [one(woe, { unseen: 'worst', bins: 4 })],
    algorithm: trees,
  },
  { name: 'date-parts', inputs: ['opened', 'debt'], cells: [one(dateParts, { parts: allParts })], algorithm: trees },
  { name: 'drop', inputs: [...table, 'comment', 'opened'], cells: [one(drop)], algorithm: trees },
]

for (const { name, inputs, cells, algorithm = { plugin: logistic }, target = 'paid' } of cases) {
  t.test(name, async (t) => {
    const names = [...inputs, target]
    const model = await fitted({
      frame: someLoans(240, names),
      target,
      task: target === 'paid' ? 'binary' : 'regression',
      facts: { purpose: { unseen: 'other' }, region: { unseen: 'missing' }, age: { min: 0, max: 130 } },
      cells,
      algorithm,
    })
    const certificate = await holdsParity(t, model, someLoans(160, names, 2))
    t.equal(certificate.holdOut.labelsDiffer.count, 0, 'every label of the hold-out')
  })
}
