import { canonicalJson } from '../base/canonical.ts'
import { type Digest, digestJson, isDigest } from '../base/digest.ts'
import { fail } from '../base/errors.ts'
import type { Json, JsonObject } from '../base/json.ts'

/**
 * An archive of a run: a tar of plain files, which holds all that an auditor needs to check the run and to repeat it.
 *
 * ```
 * daybook-run.json                     the manifest, first: the run, and SHA-256 and size of every other file
 * data/<sha256>.csv                    with `--with-data`: each input by its content, with the ending of its name
 * page/page.yaml                       the page as it ran
 * page/plugins/mine.js                 local plugins, where they stand under the page's folder, with all that they import
 * store/ledger/0000000007.json         the run's entry of the ledger
 * store/objects/sha256/ab/cdef…        objects: models, states, evaluation, what cells showed; rows and splits with data alone
 * store/runs/<id>/run.json             the record · events.ndjson · report.html
 * store/runs/<id>/attestations/…       signed statements · approvals/… those that it relied on · deploy/… files of targets
 * ```
 * What stands under `store/` is a small store of one run, so that the checks of stores are its checks. Files stand in the
 * order of their names, and nothing tells when or where it was packed: an unchanged run packed twice gives equal bytes.
 */
export interface ArchiveManifest {
  readonly format: 1
  readonly run: string
  /** `run.digest`. */
  readonly digest: Digest
  /** The run's entry of the ledger: what `daybook ledger head` publishes follows from it. */
  readonly entry: Digest
  /** Are inputs and rows in it? */
  readonly data: boolean
  /** Every other file, by name. */
  readonly files: readonly ArchivedFile[]
  /** Digest of the manifest without this field. */
  readonly manifest: Digest
}

export interface ArchivedFile {
  readonly path: string
  readonly bytes: number
  readonly sha256: Digest
}

export const manifestName = 'daybook-run.json'
const format = 1

/** The manifest's own bytes: canonical, so that equal manifests are equal files. */
export function writeManifest(content: Omit<ArchiveManifest, 'format' | 'manifest'>): Uint8Array {
  const body = { format, ...content }
  const manifest = { ...body, manifest: digestJson(body as unknown as Json) }
  return new TextEncoder().encode(`${canonicalJson(manifest as unknown as Json)}\n`)
}

/** @throws DaybookError ARCHIVE_NO_RUN, ARCHIVE_NEWER, ARCHIVE_FILE_CHANGED where it is not what was written */
export function readManifest(bytes: Uint8Array): ArchiveManifest {
  let parsed: JsonObject
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    parsed = JSON.parse(text) as JsonObject
  } catch (cause) {
    throw fail('ARCHIVE_NO_RUN', { reason: `${manifestName} is no JSON` }, { cause })
  }
  if (typeof parsed?.format === 'number' && parsed.format > format)
    throw fail('ARCHIVE_NEWER', { format: parsed.format, known: format })
  if (!isManifest(parsed)) throw fail('ARCHIVE_NO_RUN', { reason: `${manifestName} lacks what a manifest has` })
  const { manifest, ...body } = parsed
  const written = `${canonicalJson(parsed as unknown as Json)}\n`
  if (written !== text || digestJson(body as unknown as Json) !== manifest)
    throw fail('ARCHIVE_FILE_CHANGED', { path: manifestName })
  return parsed
}

function isManifest(value: unknown): value is ArchiveManifest {
  if (typeof value !== 'object' || value === null) return false
  const { format: found, run, digest, entry, data, files, manifest } = value as Partial<ArchiveManifest>
  return (
    found === format &&
    typeof run === 'string' &&
    /^[\w-]{1,64}$/.test(run) &&
    [digest, entry, manifest].every(isDigest) &&
    typeof data === 'boolean' &&
    Array.isArray(files) &&
    files.every(isFile)
  )
}

function isFile(value: unknown): value is ArchivedFile {
  if (typeof value !== 'object' || value === null) return false
  const { path, bytes, sha256 } = value as Partial<ArchivedFile>
  return typeof path === 'string' && Number.isSafeInteger(bytes) && isDigest(sha256)
}
