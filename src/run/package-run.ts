import { existsSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import type { Digest } from '../base/digest.ts'
import { fail, failAll } from '../base/errors.ts'
import { factsOf } from '../plan/page-facts.ts'
import { openRegistry } from '../plugin/open-registry.ts'
import { checkPage, parseOverride, parsePage } from '../spec/index.ts'
import { type RunRecord, requireApproved, type Store } from '../store/index.ts'
import { InProcessExecutor } from './in-process-executor.ts'
import type { Task } from './task.ts'

export interface PackageOptions {
  /** How a page names the target: `npm`. */
  readonly target: string
  /** Its params, as typed: `version=1.2.0`. */
  readonly params?: readonly string[]
  readonly env: Readonly<Record<string, string | undefined>>
  readonly sets?: readonly string[]
  readonly signal?: AbortSignal
}

/**
 * Makes a package of a run's model, as if the page had named the target under `deploy`. The rows that it is held against are those
 * that the run held out.
 *
 * @returns the files by path, which lie in the store
 * @throws DaybookError RUN_NO_MODEL, SIGN_NOT_APPROVED where the page demands approvals that nobody gave, PACKAGE_…, what is wrong with target or params
 */
export async function packageRun(
  store: Store,
  record: RunRecord,
  { target, params = [], env, sets, signal = new AbortController().signal }: PackageOptions,
): Promise<ReadonlyMap<string, Uint8Array>> {
  const { model } = record.result
  if (model === null) throw fail('RUN_NO_MODEL', { run: record.id, status: record.status })
  await requireApproved(record, store)
  const page = resolve(record.observed.pageFile)
  const folder = dirname(existsSync(page) ? page : store.folder)
  const registry = await openRegistry({ folder, ...(sets && { sets }) })
  const wanted = [
    { path: 'deploy', value: [{ use: target, with: {} }] },
    ...params.map((text) => parseOverride(`deploy.0.with.${text}`)),
  ]
  const { pipeline, errors } = await checkPage(
    parsePage(record.page.text, record.observed.pageFile, folder),
    { registry, env, findsFiles: true },
    [...record.overrides, ...wanted],
  )
  if (pipeline === undefined) throw failAll(errors)
  const facts = factsOf(pipeline)
  const [use] = facts.deploy
  if (use === undefined) throw new TypeError('the page has the target')
  const task: Task = {
    cell: use.cell,
    plugin: use.label,
    work: { type: 'deploy', index: 0 },
    page: facts,
    inputs: {
      model: model.digest,
      frame: await outputOf(store, record, facts.from, 'frame'),
      split: await outputOf(store, record, 'split', 'split'),
    },
    threads: 1,
  }
  const executor = new InProcessExecutor(store.objects, registry)
  const endLease = await store.leases.take(record.id)
  try {
    const { outputs } = await executor.submit(task, () => {}, signal)
    const list = await store.objects.get(outputs.files as Digest)
    const files = JSON.parse(new TextDecoder().decode(list)) as Readonly<Record<string, Digest>>
    return new Map(
      await Promise.all(
        Object.entries(files).map(async ([path, digest]) => [path, await store.objects.get(digest)] as const),
      ),
    )
  } finally {
    await executor.close()
    await endLease()
  }
}

/** An output of a run's cell. @throws DaybookError PACKAGE_NO_ROWS */
async function outputOf(store: Store, record: RunRecord, cell: string, output: string): Promise<Digest> {
  const { key } = record.observed.cells.find(({ id }) => id === cell) ?? {}
  const entry = typeof key === 'string' ? await store.cells.get(key) : undefined
  const digest = entry?.outputs[output]
  if (digest === undefined) throw fail('PACKAGE_NO_ROWS', { run: record.id, what: `what cell ${cell} gave` })
  return digest
}
