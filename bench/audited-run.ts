// A page is computed once, in a process of its own, and one line of JSON says how long it took: with all that an auditor gets,
// or the bare cells.
import { dirname } from 'node:path'
import { newKeyPair, signingKey } from '../src/base/signing-key.ts'
import { renderReport } from '../src/index.ts'
import { planPipeline } from '../src/plan/index.ts'
import { openRegistry } from '../src/plugin/open-registry.ts'
import { InProcessExecutor, runPage } from '../src/run/index.ts'
import { loadPipeline } from '../src/spec/index.ts'
import { attest, type ObjectStore, openStore } from '../src/store/index.ts'
import { cpuSeconds } from './usage.ts'

/** What is asked. */
export interface AuditedRun {
  readonly page: string
  /** `recorded`: record, checks and signature. `audited`: the report too, as `daybook run` does it. */
  readonly how: 'bare' | 'recorded' | 'audited'
  /** Folder of the store; a bare run has none. */
  readonly store: string
  readonly threads: number
}

/** What it took. */
export interface AuditedRunAnswer {
  readonly seconds: number
  readonly cpuSeconds: number
  /** Digest of the model; of a bare run, its size in bytes stands for it: nothing is hashed there. */
  readonly run: string
}

const asked = JSON.parse(process.argv[2] ?? '{}') as AuditedRun
const [began, before] = [performance.now(), cpuSeconds()]
const run = asked.how === 'bare' ? await runBare(asked) : await runAudited(asked)
const answer: AuditedRunAnswer = {
  seconds: (performance.now() - began) / 1e3,
  cpuSeconds: cpuSeconds() - before,
  run,
}
process.stdout.write(`${JSON.stringify(answer)}\n`)

/** Runs the page as `daybook run --key` does: workers, store, record, events, ledger, signature, and the report if asked. */
async function runAudited({ page, store, threads, how }: AuditedRun): Promise<string> {
  const key = signingKey(newKeyPair().privatePem)
  const report = how === 'audited' ? { report: renderReport } : {}
  const events = runPage(page, { store, threads, env: process.env, ...report })
  let next = await events.next()
  while (!next.done) next = await events.next()
  const { record } = next.value
  if (record.error !== null) throw new Error(record.error.message)
  await attest(record, key, await openStore(store))
  return record.id
}

/**
 * Runs the same hooks over the same rows in this process, one cell after the other: what they give is kept in memory under
 * running numbers. No store, no digests, no cache, no checks, no record, no report.
 */
async function runBare({ page, threads }: AuditedRun): Promise<string> {
  const registry = await openRegistry({ folder: dirname(page) })
  const pipeline = await loadPipeline(page, { registry, env: process.env }, [])
  const plan = await planPipeline(pipeline, undefined)
  const executor = new InProcessExecutor(inMemory(), registry)
  const outputs = new Map<string, Readonly<Record<string, string>>>()
  for (const { id, plugin, work, needs } of plan.cells) {
    if ((work.type as string) === 'checks') continue
    const inputs = Object.fromEntries(needs.map(({ name, cell, output }) => [name, outputs.get(cell)?.[output] ?? '']))
    const task = { cell: id, plugin, work, page: plan.page, inputs, threads }
    outputs.set(id, (await executor.submit(task, () => {}, new AbortController().signal)).outputs)
  }
  await executor.close()
  return ''
}

function inMemory(): ObjectStore {
  const objects = new Map<string, Uint8Array>()
  return {
    has: async (name) => objects.has(name),
    get: async (name) => objects.get(name) ?? Promise.reject(new Error(`no object ${name}`)),
    put: async (bytes) => {
      const name = objects.size.toString(16).padStart(64, '0')
      objects.set(name, bytes)
      return name
    },
  }
}
