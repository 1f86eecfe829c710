import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Task } from 'daybook/plugin'
import { everySubject, paramsOf } from '../plugins/algorithm/every.ts'

const targets: Readonly<Record<Task, string>> = {
  binary: '  target: { column: defaulted, positive: "yes" }\n',
  multiclass: '  target: { column: purpose, type: category }\n',
  regression: '  target: { column: amount, type: number }\n',
  clustering: '',
  anomaly: '',
}

/** Writes one page for each built-in algorithm in each of its tasks, over the made-up loan book; gives their paths. */
export async function writeAlgorithmPages(folder: string): Promise<string[]> {
  const pages: string[] = []
  for (const { id, plugin, task } of await everySubject()) {
    const params = paramsOf(plugin)
    const needed = Object.keys(plugin.params).filter((name) => plugin.params[name].default === undefined)
    const given = Object.fromEntries(needed.map((name) => [name, params[name]]))
    const file = join(folder, `${id}-${task}.yaml`)
    await writeFile(
      file,
      `daybook: 1
name: ${id}-${task}
data:
  use: synthetic-credit
  with: { rows: 3000 }
${targets[task]}  key: loanId
  columns: { appliedOn: { role: ignore } }
  split: { by: random, test: 0.2 }
preprocess: [impute, one-hot, standardize]
algorithm: { use: ${id}, with: ${JSON.stringify(given)} }
`,
    )
    pages.push(file)
  }
  return pages
}
