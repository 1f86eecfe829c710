import type { Dirent } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { byCodeUnit } from '../../base/canonical.ts'
import type { Digest } from '../../base/digest.ts'
import { hashFile } from '../../plan/key.ts'
import type { DataCell, Pipeline } from '../../spec/pipeline.ts'
import type { RecordedInput } from '../../store/index.ts'

/** A pipeline whose sources read the very bytes that the run read. */
export interface LocatedInputs {
  readonly pipeline: Pipeline
  /** Where a file was found that has moved. */
  readonly notes: readonly string[]
  /** Inputs that were not found: what became of them. Without any, the run can be replayed. */
  readonly missing: readonly string[]
  /** Cells whose inputs those are. */
  readonly without: ReadonlySet<string>
}

/** Folders that hold no data of a user's, and limits that keep a search short. */
const passedOver = new Set(['node_modules', '.git', '.daybook'])
const deepest = 6
const mostFiles = 20_000

/**
 * Finds each input by its digest: where the page says, else anywhere under `folders`, so that a file that was moved or renamed
 * is found again. One that was changed is named as such.
 *
 * @param known Files that are known to hold an input, by its digest.
 */
export async function locateInputs(
  pipeline: Pipeline,
  recorded: readonly RecordedInput[],
  folders: readonly string[],
  known: ReadonlyMap<Digest, string> = new Map(),
): Promise<LocatedInputs> {
  const notes: string[] = []
  const missing: string[] = []
  const without = new Set<string>()
  const places = new Map<string, string>()
  let candidates: Promise<readonly Candidate[]> | undefined
  for (const input of recorded) {
    const carried = known.get(input.digest)
    if (carried !== undefined) {
      places.set(`${input.cell} ${input.param}`, carried)
      continue
    }
    const cell = pipeline.sources.find(({ id }) => id === input.cell)
    const stated = cell?.locations[input.param]
    const found = stated === undefined ? undefined : await digestOf(stated)
    if (found === input.digest) continue
    candidates ??= filesUnder(folders)
    const moved = await findBy(input, await candidates)
    if (moved !== undefined) {
      places.set(`${input.cell} ${input.param}`, moved)
      notes.push(
        `${input.location} of cell ${input.cell} is gone from its place; the same bytes were found at ${moved}.`,
      )
    } else {
      without.add(input.cell)
      missing.push(
        found === undefined
          ? `${input.location} of cell ${input.cell} (SHA-256 ${input.digest}) was not found`
          : `${input.location} of cell ${input.cell} was changed: it had SHA-256 ${input.digest}, now ${found}`,
      )
    }
  }
  const sources = pipeline.sources.map((cell) => placed(cell, places))
  return { pipeline: { ...pipeline, sources }, notes, missing, without }
}

function placed(cell: DataCell, places: ReadonlyMap<string, string>): DataCell {
  const locations = Object.entries(cell.locations).map(([param, path]) => [
    param,
    places.get(`${cell.id} ${param}`) ?? path,
  ])
  return { ...cell, locations: Object.fromEntries(locations) }
}

interface Candidate {
  readonly path: string
  readonly bytes: number
}

async function findBy({ digest, bytes }: RecordedInput, candidates: readonly Candidate[]): Promise<string | undefined> {
  for (const candidate of candidates) {
    if (candidate.bytes === bytes && (await digestOf(candidate.path)) === digest) return candidate.path
  }
  return undefined
}

async function digestOf(path: string): Promise<Digest | undefined> {
  return hashFile(path, path).catch(() => undefined)
}

/** Files under some folders with their sizes, in the order of their paths. */
async function filesUnder(folders: readonly string[]): Promise<readonly Candidate[]> {
  const found = new Map<string, Candidate>()
  const visit = async (folder: string, depth: number): Promise<void> => {
    const entries: Dirent[] = await readdir(folder, { withFileTypes: true }).catch(() => [])
    for (const entry of entries.sort((a, b) => byCodeUnit(a.name, b.name))) {
      if (found.size >= mostFiles) return
      const path = join(folder, entry.name)
      if (entry.isDirectory()) {
        if (depth < deepest && !passedOver.has(entry.name)) await visit(path, depth + 1)
      } else if (entry.isFile()) {
        const seen = await stat(path).catch(() => undefined)
        if (seen !== undefined) found.set(path, { path, bytes: seen.size })
      }
    }
  }
  for (const folder of folders) await visit(folder, 0)
  return [...found.values()]
}
