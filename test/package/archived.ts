import { join } from 'node:path'
import { newKeyPair, signingKey } from '../../src/base/signing-key.ts'
import {
  type ArchiveVerification,
  attest,
  exportRun,
  openStore,
  type RunRecord,
  renderReport,
  type Store,
  type VerifyArchiveOptions,
  verifyArchive,
} from '../../src/index.ts'
import { makeWorkshop, seeRun, type Workshop } from '../run/workshop.ts'

/** Two runs of a small page, the first of them signed, and archives of it with and without its data. */
export interface Archived {
  readonly workshop: Workshop
  readonly store: Store
  readonly record: RunRecord
  /** Another run, signed by the same key. */
  readonly other: RunRecord
  readonly key: ReturnType<typeof signingKey>
  readonly plain: string
  readonly whole: string
}

export async function makeArchived(t: { teardown(work: () => void): unknown }): Promise<Archived> {
  const workshop = makeWorkshop(t, 60)
  const page = workshop.page({
    algorithm: 'algorithm: { use: gradient-boosting, with: { trees: 3 } }',
    evaluate:
      'evaluate: { metrics: [auc], folds: 2, resamples: 0 }\ngates: [{ metric: auc, atLeast: 0 }]\ndeploy: [serve]',
  })
  const run = async (...overrides: string[]) =>
    (await seeRun(page, { report: renderReport, overrides })).finished?.record as RunRecord
  const record = await run()
  const other = await run('algorithm.with.trees=4')
  const store = await openStore(join(workshop.folder, '.daybook'))
  const key = signingKey(newKeyPair().privatePem)
  for (const one of [record, other]) await attest(one, key, store)
  const pack = async (name: string, withData: boolean) => {
    const out = join(workshop.folder, name)
    await exportRun(await store.runs.find(record.id), store, { out, withData, env: {} })
    return out
  }
  const [plain, whole] = [await pack('plain.tar', false), await pack('whole.tar', true)]
  return { workshop, store, record, other, key, plain, whole }
}

/** Verifies an archive to its end, from a folder that knows nothing of it. */
export async function verified(
  file: string,
  options: Partial<VerifyArchiveOptions> = {},
): Promise<ArchiveVerification> {
  const events = verifyArchive(file, { threads: 1, env: {}, folder: '/', ...options })
  for (;;) {
    const { done, value } = await events.next()
    if (done) return value
  }
}

/** Codes and paths of the problems, without a replay. */
export async function problems(file: string, options: Partial<VerifyArchiveOptions> = {}): Promise<string[]> {
  const { verdict, files } = await verified(file, { replay: false, ...options })
  const found = (files?.problems ?? []).map(({ code, path }) => (path === undefined ? code : `${code} ${path}`))
  return [verdict, ...found]
}
