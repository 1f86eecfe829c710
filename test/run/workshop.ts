import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DaybookError, FinishedRun, PageOptions, RunEvent } from '../../src/index.ts'
import type { RunOptions } from '../../src/run/index.ts'
import { runPage } from '../../src/run/index.ts'
import { root } from '../root.ts'

/** A folder with a small loan book, for pages of tests; it is removed after the test. */
export interface Workshop {
  readonly folder: string
  readonly data: string
  /** Writes a page of the sections given, over those of a small page; null leaves a section out. */
  page(sections?: Readonly<Record<string, string | null>>): string
}

/** Folder of plugins that fail, and of other plugins for tests. */
export const plugins = join(root, 'test', 'fixtures', 'plugins')

export function makeWorkshop(t: { teardown(work: () => void): unknown }, rows = 200): Workshop {
  const folder = mkdtempSync(join(tmpdir(), 'daybook-run-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  const data = join(folder, 'loans.csv')
  writeFileSync(data, loans(rows))
  const sections: Readonly<Record<string, string>> = {
    data: `data:
  use: csv
  with: { path: loans.csv }
  target: { column: repaid, positive: "yes" }
  key: id
  columns: { when: { type: date, role: ignore }, branch: { role: group }, income: { type: number } }
  split: { by: random, test: 0.25, validation: 0.1 }`,
    preprocess: 'preprocess: [{ use: impute, with: { number: median } }, one-hot, standardize]',
    algorithm: 'algorithm: logistic',
    evaluate: 'evaluate: { metrics: [auc, accuracy], folds: 3, resamples: 20 }',
  }
  return {
    folder,
    data,
    page(changed = {}) {
      const all = { ...sections, ...changed }
      const file = join(folder, 'page.yaml')
      const text = Object.values(all).filter((section) => section !== null)
      writeFileSync(file, `daybook: 1\nname: loans\nseed: 3\n${text.join('\n')}\n`)
      return file
    },
  }
}

/** A made-up loan book: income raises and debt lowers the chance; some incomes are missing. */
function loans(rows: number): string {
  const lines = ['id,income,debt,purpose,branch,when,repaid']
  for (let i = 0; i < rows; i++) {
    const income = 1000 + ((i * 7919) % 3000)
    const debt = (i * 104_729) % 1000
    const good = income / 4000 - debt / 1500 + ((i * 31) % 100) / 250 > 0.35
    const day = String((i % 28) + 1).padStart(2, '0')
    const month = String((i % 12) + 1).padStart(2, '0')
    lines.push(
      `L${i},${i % 17 === 0 ? '' : income},${debt},${['car', 'home', 'other'][i % 3]},b${i % 8},2025-${month}-${day},${good ? 'yes' : 'no'}`,
    )
  }
  return `${lines.join('\n')}\n`
}

/** A run to its end: its events and what it gave, or what it threw. */
export interface SeenRun {
  readonly events: readonly RunEvent[]
  readonly finished: FinishedRun | undefined
  readonly thrown: DaybookError | undefined
}

/** Runs a page to its end. `onEvent` may abort it on the way. */
export async function seeRun(
  file: string,
  options: PageOptions & Pick<RunOptions, 'signal' | 'executor' | 'report' | 'key'> = {},
  onEvent: (event: RunEvent) => void = () => {},
): Promise<SeenRun> {
  const events: RunEvent[] = []
  try {
    const run = runPage(file, { threads: 2, ...options })
    for (;;) {
      const { done, value } = await run.next()
      if (done) return { events, finished: value, thrown: undefined }
      events.push(value)
      onEvent(value)
    }
  } catch (thrown) {
    return { events, finished: undefined, thrown: thrown as DaybookError }
  }
}

/** How each cell ended, by id. */
export function statesOf({ events }: SeenRun): Readonly<Record<string, string>> {
  return Object.fromEntries(events.flatMap((event) => (event.type === 'cellEnded' ? [[event.cell, event.state]] : [])))
}

/** Ids of the cells that ran. */
export function ranOf(run: SeenRun): string[] {
  return Object.entries(statesOf(run)).flatMap(([cell, state]) => (state === 'ran' ? [cell] : []))
}

/** Sections of a page whose algorithm fails in a way that the fixture plugin knows; `none` does not fail. */
export function faulty(mode: string): Readonly<Record<string, string | null>> {
  return {
    preprocess: null,
    algorithm: `algorithm: { use: ${join(plugins, 'faulty.js')}, with: { mode: ${mode} } }`,
    evaluate: 'evaluate: { metrics: [auc], folds: 0, resamples: 0 }',
  }
}
