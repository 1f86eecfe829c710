import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import type { JsonObject } from '../../src/base/json.ts'
import { frameFromState } from '../../src/frame/frame-state.ts'
import { openRunModel, openStore } from '../../src/index.ts'
import { rowsOfFrame } from '../../src/model/frame-rows.ts'
import { madeUpRows } from '../../src/package/made-up-rows.ts'
import { decodeState } from '../../src/plugin/api.ts'
import { daybook, folderWith, smallPage } from './daybook.ts'

t.test('drift and reasons at the command line', async (t) => {
  const folder = await folderWith(t, { 'small.yaml': smallPage })
  const cwd = { cwd: folder }
  const ran = await daybook(['run', 'small.yaml'], cwd)
  t.equal(ran.code, 0, ran.stderr)
  const store = await openStore(join(folder, '.daybook'), { create: false })
  const record = await store.runs.resolve('small')
  const model = await openRunModel(store, record)
  const { output } = record.result.cells.find(({ id }) => id === 'data') ?? {}
  const frame = frameFromState(decodeState(await store.objects.get(output as string)) as never)
  const rows = rowsOfFrame(frame, model.signature)

  async function written(name: string, all: readonly JsonObject[]): Promise<string> {
    await writeFile(join(folder, name), all.map((row) => JSON.stringify(row)).join('\n'))
    return name
  }

  t.test('the rows that a model was made of are stable', async (t) => {
    const file = await written('same.jsonl', rows)
    const { code, stdout, stderr } = await daybook(['drift', 'small', file, '--max-psi', '0.1'], cwd)
    t.equal(code, 0, stderr)
    t.match(stdout, /same\.jsonl: 1,000 rows beside \d+ training rows of run \S+ of small/)
    t.match(stdout, /score +0\.0\d\d +0\.\d{3} +stable/)
    t.notMatch(stdout, /shifted|refused/)
  })

  t.test('a column that shifted ends with 3, and says which', async (t) => {
    const moved = rows.map((row, i) => ({
      ...row,
      income: 2 * Number(row.income ?? 1000),
      ...(i < 5 && { purpose: 'boat' }),
    }))
    const file = await written('moved.jsonl', moved)
    const { code, stdout, stderr } = await daybook(['drift', 'small', file, '--max-psi', '0.25'], cwd)
    t.equal(code, 3)
    t.match(stdout, /income +\d\.\d{3} +0\.\d{3} +\S+%.* shifted +\S/)
    t.match(
      stdout,
      /5 rows refused \(0\.5%\):\n {2}purpose +not a level that training saw +5 rows +first moved\.jsonl:1/,
    )
    t.match(stderr, /Above 0\.25: .*income/)
    const json = JSON.parse((await daybook(['drift', 'small', file, '--json'], cwd)).stdout)
    t.match(json, {
      formatVersion: '1.0',
      ok: true,
      rows: 1000,
      scored: 995,
      refused: [{ column: 'purpose', rows: 5 }],
    })
    t.equal(json.columns[0].name, 'income')
    t.notMatch(JSON.stringify(json), /boat/)
    const wrong = await daybook(['drift', 'small', file, '--max-psi', 'x'], cwd)
    t.match(wrong, { code: 2, stderr: /a number above 0 is expected/ })
  })

  t.test('reasons of a file’s rows, in both forms', async (t) => {
    const file = await written('few.jsonl', madeUpRows(frame, model.signature, { walking: 7 }).slice(0, 7))
    const told = await daybook(['predict', 'small', file, '--reasons', '2', '--of', 'no'], cwd)
    t.equal(told.code, 0, told.stderr)
    const expected = model.predictRows(madeUpRows(frame, model.signature, { walking: 7 }).slice(0, 7), {
      count: 2,
      of: 'no',
    })
    t.same(
      told.stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
      JSON.parse(JSON.stringify(expected)),
    )
    const csv = await daybook(['predict', 'small', file, '--reasons', '2', '--format', 'csv'], cwd)
    t.match(
      csv.stdout.split('\n')[0],
      /^prediction,.*,reasons\.1\.column,reasons\.1\.contribution,.*reasons\.2\.reason$/,
    )
    t.match(await daybook(['predict', 'small', file, '--of', 'no'], cwd), { code: 2, stderr: /Add --reasons N/ })
    t.match(await daybook(['predict', 'small', file, '--reasons', '2', '--of', 'x'], cwd), {
      code: 2,
      stderr: /MODEL_REASON_CLASS/,
    })
    t.match(await daybook(['predict', 'small', file, '--reasons', '0'], cwd), { code: 2, stderr: /1 to 100/ })
  })
})
