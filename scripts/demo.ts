// `npm run demo`: runs the shipped page, serves its model, asks for one decision, stops, and says what to do next.
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { main } from '../src/cli/program.ts'
import { createServer, openRunModel, openStore, storeFolder } from '../src/index.ts'

const page = join('pipelines', 'loan-approval.yaml')
process.chdir(fileURLToPath(new URL('../..', import.meta.url)))

process.stderr.write(`$ npx daybook run ${page}\n`)
const exitCode = await main(['run', page], '')
if (exitCode !== 0) process.exit(exitCode)

const store = await openStore(storeFolder(page))
const record = await store.runs.resolve('loan-approval')
const model = await openRunModel(store, record)
const server = await createServer({ name: record.pipeline, version: record.id, digest: record.digest, model, port: 0 })
const { url } = await server.listen()

const applicant = {
  amount: 18000,
  termMonths: 60,
  income: 21000,
  employmentYears: 1,
  delinquencies24m: 2,
  debtRatio: 0.55,
}
const row = Object.fromEntries(
  model.signature.columns.map(({ name, type, levels, missing }) => {
    const given = (applicant as Record<string, number>)[name]
    if (given !== undefined) return [name, given]
    return [name, missing ? null : type === 'category' ? (levels?.[0] ?? null) : type === 'boolean' ? false : 1]
  }),
)
process.stdout.write(
  `\n$ npx daybook serve loan-approval   (on ${url})\n$ curl ${url}/predict -d '${JSON.stringify({ rows: [row] })}'\n`,
)
const answer = await fetch(`${url}/predict`, {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ rows: [row] }),
})
process.stdout.write(`${JSON.stringify(await answer.json(), null, 2)}\n`)
await server.close()
process.stdout.write(`
The server has stopped. What to do next:
  open ${join('pipelines', '.daybook', 'runs', record.id, 'report.html')}      the page with all its results
  npx daybook run ${page}         again: nothing is stale, nothing runs
  npx daybook plan ${page} --set algorithm.with.maxDepth=3
  npx daybook serve loan-approval --store ${join('pipelines', '.daybook')}
`)
process.exitCode = answer.ok ? 0 : 1
