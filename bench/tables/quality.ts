import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runPage } from '../../src/index.ts'
import { digits, type Line } from '../report.ts'
import type { BenchTable } from '../table.ts'
import { families, type QualityCase, qualityCases } from './quality-pages.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const folder = process.env.DAYBOOK_DATA ?? join(dirname(root), 'shared', 'data')

export const quality: BenchTable = {
  name: 'quality',
  summary: 'defaults on real data at fixed splits, against the best peer of the family; needs DAYBOOK_DATA',
  minutes: 4,
  async run({ print, only }) {
    const reference = join(folder, 'reference-scores.md')
    if (!existsSync(reference)) {
      print({
        title: `Quality: no data, name the folder of reference-scores.md in DAYBOOK_DATA`,
        contenders: [],
        lines: [],
      })
      return
    }
    const scores = scoresOf(readFileSync(reference, 'utf8'))
    for (const one of qualityCases.filter(({ dataset }) => only === undefined || dataset.includes(only))) {
      const lines: Line[] = []
      for (const family of families) {
        const own = await scoreOf(one, one.regression ? family.values : family.classes, family.form)
        const peers = family.peers.map((peer) => scores.get(`${one.dataset} ${one.split} ${peer}`) ?? Number.NaN)
        lines.push(lineOf(one, family.family, own, one.metric === 'rmse' ? Math.min(...peers) : Math.max(...peers)))
      }
      const notes = one.note === undefined ? [] : [one.note]
      print({
        title: `${one.dataset}, ${one.split}: ${one.metric}`,
        contenders: ['Daybook', 'best peer'],
        lines,
        notes,
      })
    }
  },
}

interface Scored {
  readonly algorithm: string
  readonly score: number
  readonly seconds: number
}

/** Bars: 0.003 of area under the curve (and of accuracy), 1 % of the error. */
function lineOf({ metric }: QualityCase, family: string, { algorithm, score, seconds }: Scored, peer: number): Line {
  const what = `${family}: ${algorithm}, ${digits(seconds)} s`
  if (metric === 'rmse') {
    const ratio = score / peer
    const values = [score.toPrecision(5), peer.toPrecision(5)]
    return { what, values, compared: `x ${ratio.toFixed(3)}`, bar: '<= x 1.010', kept: ratio <= 1.01 }
  }
  const difference = score - peer
  const compared = `${difference < 0 ? '-' : '+'}${Math.abs(difference).toFixed(4)}`
  const values = [score.toFixed(4), peer.toFixed(4)]
  return { what, values, compared, bar: '>= -0.0030', kept: difference >= -0.003 }
}

/** Runs a page with an algorithm at its defaults, as a user would. */
async function scoreOf(one: QualityCase, algorithm: string, form: 'dense' | 'trees'): Promise<Scored> {
  const temporary = mkdtempSync(join(tmpdir(), 'daybook-bench-'))
  try {
    const page = join(temporary, 'page.yaml')
    writeFileSync(
      page,
      `daybook: 1
name: quality
${one.data}
preprocess: ${one.preprocess[form] ?? one.preprocess.dense}
algorithm: ${algorithm}
evaluate: { metrics: [${one.metric}], resamples: 0 }
`,
    )
    const events = runPage(page, {
      store: join(temporary, 'store'),
      threads: 2,
      env: { ...process.env, DAYBOOK_DATA: folder },
    })
    let next = await events.next()
    while (!next.done) next = await events.next()
    const { result, observed } = next.value.record
    const score = result.metrics?.test[one.metric] ?? Number.NaN
    return { algorithm, score, seconds: (observed.cells.find(({ id }) => id === 'train')?.ms ?? Number.NaN) / 1e3 }
  } finally {
    rmSync(temporary, { recursive: true, force: true })
  }
}

/** Test scores of the table in reference-scores.md, by data set, split and algorithm. */
function scoresOf(markdown: string): ReadonlyMap<string, number> {
  const rows = markdown.split('\n').map((line) => line.split('|').map((cell) => cell.trim()))
  return new Map(
    rows.flatMap(([, dataset, split, algorithm, , score = '']) => {
      const number = Number(score.split(' ').at(-1))
      return score === '' || Number.isNaN(number) ? [] : [[`${dataset} ${split} ${algorithm}`, number] as const]
    }),
  )
}
