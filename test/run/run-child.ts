import { seeRun } from './workshop.ts'

// A process that runs a page, for tests that kill it: node run-child.js PAGE STORE
const [page, store] = process.argv.slice(2) as [string, string]
const { finished, thrown } = await seeRun(page, { store, threads: 2 })
process.stdout.write(`${finished?.record.status ?? thrown?.code} ${finished?.record.digest ?? ''}\n`)
