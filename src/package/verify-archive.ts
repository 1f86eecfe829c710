import { mkdir, mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { asDaybookError } from '../base/errors.ts'
import type { VerifyingKey } from '../base/signing-key.ts'
import { findPackage } from '../plugin/code-digest.ts'
import { problemOf, type Verification, verdictOfFiles } from '../run/verify/verification.ts'
import { verifyRun } from '../run/verify/verify-run.ts'
import { attestedBy, type DemandedApproval, type RunEvent, type TrustedAttestation } from '../store/index.ts'
import { packagedPlugins } from './archive-content.ts'
import { checkArchive } from './check-archive.ts'

export interface VerifyArchiveOptions {
  readonly threads: number
  readonly env: Readonly<Record<string, string | undefined>>
  readonly signal?: AbortSignal
  /** Folders in which inputs are looked for that the archive does not bring. */
  readonly data?: readonly string[]
  /** Keys of which one must have signed the run. */
  readonly keys?: readonly VerifyingKey[]
  /** False: files and digests alone. Default: the run is repeated too. */
  readonly replay?: boolean
  /** Runs plugins that the archive brings along, or that npm packages here hold. Default: they are not even loaded. */
  readonly runCode?: boolean
  /** Folder from which npm packages are looked for. */
  readonly folder: string
}

/** What came of verifying an archive. */
export interface ArchiveVerification extends Verification {
  /** SHA-256 of the archive. */
  readonly sha256: string
  readonly data: boolean
  /** Digest of the run's entry of the ledger, to be compared with what was published. */
  readonly entry: string
  /** Statements about the run, where keys were asked for. */
  readonly signed: readonly TrustedAttestation[]
  /** What the page demanded before anything was deployed; the statements lie in the archive. */
  readonly approvals: readonly DemandedApproval[]
}

/**
 * Verifies a run from an archive alone: unpacks it where nobody else looks, holds every file against the manifest, the manifest
 * against record and ledger, then repeats the run in a clean store with the inputs that the archive brings. Yields the events
 * of the replay.
 *
 * @throws DaybookError TAR_…, ARCHIVE_… where it is no archive of a run; RUN_INTERRUPTED
 */
export async function* verifyArchive(
  file: string,
  options: VerifyArchiveOptions,
): AsyncGenerator<RunEvent, ArchiveVerification> {
  const scratch = await mkdtemp(join(tmpdir(), 'daybook-archive-'))
  try {
    const archive = await checkArchive(file, scratch)
    const { manifest, record, store, sha256, checked } = archive
    const problems = [...archive.problems]
    const signed: TrustedAttestation[] = []
    if (options.keys !== undefined && record !== undefined) {
      try {
        signed.push(...(await attestedBy(record, options.keys, store)))
      } catch (thrown) {
        problems.push(problemOf(asDaybookError(thrown)))
      }
    }
    const facts = { sha256, data: manifest.data, entry: manifest.entry, signed, approvals: record?.approvals ?? [] }
    const files = { checked, problems }
    if (record === undefined || problems.length > 0 || options.replay === false)
      return { ...verdictOfFiles(manifest.run, files, archive.notes), ...facts }
    if (options.runCode) await linkPackages(scratch, packagedPlugins(record), options.folder)
    const replay = yield* verifyRun(record, {
      store: store.folder,
      folder: archive.folder,
      inputs: archive.inputs,
      foreignCode: options.runCode === true,
      threads: options.threads,
      env: options.env,
      ...(options.data && { data: options.data }),
      ...(options.signal && { signal: options.signal }),
    })
    return { ...replay, notes: [...replay.notes, ...archive.notes], files, ...facts }
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}

/** Lets plugins of the archive find Daybook, and npm packages that are installed here. */
async function linkPackages(scratch: string, labels: readonly string[], from: string): Promise<void> {
  const folders = new Map([['daybook', dirname(fileURLToPath(new URL('../../../package.json', import.meta.url)))]])
  for (const label of labels) {
    const [name] = /^(@[\w.-]+\/)?[\w.-]+/.exec(label) ?? []
    const found = name === undefined || name.includes('..') ? undefined : findPackage(name, from)
    if (name !== undefined && found !== undefined) folders.set(name, found)
  }
  for (const [name, folder] of folders) {
    const link = join(scratch, 'node_modules', name)
    await mkdir(dirname(link), { recursive: true })
    await symlink(folder, link, 'junction')
  }
}
