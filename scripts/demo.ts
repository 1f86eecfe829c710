// `npm run demo`: runs the shipped page, serves its model, asks for one decision, stops, and says what to do next.
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { main } from '../src/cli/program.ts'
import { createServer, loadRun, openStore, storeFolder } from '../src/index.ts'

const page = join('pipelines', 'loan-approval.yaml')
process.chdir(fileURLToPath(new URL('../..', import.meta.url)))

process.stderr.write(`$ npx daybook run ${page}\n`)
const exitCode = await main(['run', page], '')
if (exitCode !== 0) process.exit(exitCode)

const store = await openStore(storeFolder(page))
const folder = relative('.', store.folder)
const record = await store.runs.resolve('loan-approval')
const versions = [await loadRun(store.folder, record.id)]
const server = await createServer({ models: [{ name: record.pipeline, versions, champion: record.id }], port: 0 })
const { url } = await server.listen()

// What an applicant says and the credit bureau knows. `null` is missing: the page allows it where training saw it.
const applicant = {
  amount: 18000,
  termMonths: 60,
  purpose: 'debt',
  income: 1900,
  employmentType: 'temporary',
  employmentYears: 1,
  housing: 'rent',
  region: 'north',
  creditHistoryMonths: 30,
  openAccounts: 6,
  utilisation: 0.8,
  delinquencies24m: 2,
  inquiries6m: 3,
  debtRatio: 0.55,
  savings: null,
  existingCustomer: false,
}
const body = JSON.stringify({ rows: [applicant] })
process.stdout.write(`
$ npx daybook serve loan-approval --store ${folder}
Serving on ${url}
$ curl ${url}/predict -H 'content-type: application/json' -d '${body}'
`)
const answer = await fetch(`${url}/predict`, {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body,
})
const decision = (await answer.json()) as { probabilities: [{ yes: number }] }
process.stdout.write(`${JSON.stringify(decision, null, 2)}\n`)
await server.close()
const risk = Math.round(100 * (decision.probabilities?.[0].yes ?? Number.NaN))
process.stdout.write(`
The model puts the risk of default at ${risk} %. The server has stopped. What to do next:
  look at the report     ${join(folder, 'runs', record.id, 'report.html')}
  run the page again     npx daybook run ${page}      nothing is stale, nothing runs
  ask what would run     npx daybook plan ${page} --set algorithm.with.maxDepth=3
  serve the model        npx daybook serve loan-approval --store ${folder}
  start a page           npx daybook init wages my-page
`)
process.exitCode = answer.ok ? 0 : 1
