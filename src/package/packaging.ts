import { readFile } from 'node:fs/promises'
import type { Json, JsonObject } from '../base/json.ts'
import { scoringKernels } from '../kernels/index.ts'
import { rowsOfFrame } from '../model/frame-rows.ts'
import { type Model, openModel } from '../model/index.ts'
import type { Example, PackageFiles, Packaging } from '../plugin/api.ts'
import type { PackagingSource } from '../run/packaging.ts'
import { answersOf, certifyModule } from './certificate.ts'
import { madeUpRows } from './examples.ts'
import { packModule } from './module/pack.ts'
import { zip } from './zip.ts'

/** Made-up rows that a package is held against its model with, and those of them that it carries as examples. */
const madeUp = 500
const examples = 24

/** The building blocks of targets over one model; each is made once, when it is first asked for. */
export function openPackaging({ model, registry, rows }: PackagingSource): Packaging {
  const opened = once(() => openModel(model.manifest, model.read, registry, scoringKernels()))
  const made = once(async () => {
    const { training, holdOut } = await rows()
    const { signature } = model.manifest
    return { holdOut: rowsOfFrame(holdOut, signature), madeUp: madeUpRows(training, signature, madeUp) }
  })
  const told = once(async () => examplesOf(await opened(), (await made()).madeUp))
  const module = once(async () => {
    const files = await packModule(model, registry)
    const certificate = await certifyModule(files, await opened(), await made())
    return new Map([
      ...files,
      ['examples.json', json(await told())],
      ['parity.json', json({ ...certificate, model: model.digest })],
    ])
  })
  const server = () => readFile(new URL('./module/server.js', import.meta.url))
  return { module: module as () => Promise<PackageFiles>, server, examples: told, zip: async (files) => zip(files) }
}

function examplesOf(model: Model, rows: readonly JsonObject[]): Example[] {
  const some = rows.slice(0, examples)
  return answersOf(model, some).map((answer, i) => ({ row: some[i] as JsonObject, answer }))
}

function json(value: unknown): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify(value as Json, null, 2)}\n`)
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined
  return () => {
    made ??= make()
    return made
  }
}
