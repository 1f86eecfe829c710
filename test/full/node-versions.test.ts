import { mkdir } from 'node:fs/promises'
import { basename, join } from 'node:path'
import t from 'tap'
import { writeAlgorithmPages } from './algorithm-pages.ts'
import { notFull, runPageBy } from './full.ts'
import { nodeOf } from './node-of.ts'

const shipped = ['pipelines/loan-approval.yaml', 'pipelines/loan-approval-nn.yaml', 'pipelines/wages.yaml']

t.test('Node 20, 22 and 24 give equal models and equal runs', { skip: notFull, timeout: 900_000 }, async (t) => {
  const pages = [...shipped, ...(await writeAlgorithmPages(t.testdir()))]
  const here = new Map<string, readonly [string, string | undefined]>()
  for (const page of pages) {
    const { run, model } = await runPageBy(process.execPath, page, join(t.testdirName, 'here', basename(page)))
    here.set(page, [run.digest, model?.digest])
  }
  for (const major of [22, 24]) {
    const folder = join(t.testdirName, `node-${major}`)
    await mkdir(folder)
    const node = nodeOf(major, folder)
    if (node === undefined) {
      t.comment(`Node ${major} is not to be had: its npm package did not install`)
      continue
    }
    for (const page of pages) {
      const { run, model } = await runPageBy(node, page, join(folder, 'store', basename(page)), '--threads', '3')
      t.same([run.digest, model?.digest], here.get(page), `${basename(page)} under Node ${major}`)
    }
  }
})
