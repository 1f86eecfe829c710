import { readFile } from 'node:fs/promises'
import type { Json, JsonObject } from '../base/json.ts'
import { scoringKernels } from '../kernels/index.ts'
import { rowsOfFrame } from '../model/frame-rows.ts'
import { type Model, openModel } from '../model/index.ts'
import type { Example, OnnxPackageOptions, PackageFiles, Packaging } from '../plugin/api.ts'
import type { PackagingSource } from '../run/packaging.ts'
import { answersOf } from './answers.ts'
import { answersOfModule } from './ask-module.ts'
import { imageLayout } from './image-layout.ts'
import { madeUpRows } from './made-up-rows.ts'
import { packModule } from './module/pack.ts'
import { mostHoldOut, type ParityCertificate, type ParityRows, requireParity } from './parity.ts'
import { packTarball } from './tarball.ts'
import { zip } from './zip.ts'

/** Made-up rows that a package carries as examples. */
const examples = 24

/** The building blocks of targets over one model; each is made once, when it is first asked for. */
export function openPackaging(source: PackagingSource): Packaging {
  const { model, registry, rows, folder } = source
  const opened = once(() => openModel(model.manifest, model.read, registry, scoringKernels()))
  const made = once(async (): Promise<ParityRows> => {
    const { training, holdOut } = await rows()
    const { signature } = model.manifest
    return {
      holdOut: rowsOfFrame(holdOut, signature).slice(0, mostHoldOut),
      madeUp: madeUpRows(training, signature, { nearest: true }),
    }
  })
  const told = once(async () => examplesOf(await opened(), (await made()).madeUp))
  const module = once(async () => {
    const files = await packModule(model, registry)
    const bounds = { absolute: 0, relative: 0 }
    const certificate = await requireParity(
      await opened(),
      (rows) => answersOfModule(files, rows),
      await made(),
      bounds,
    )
    return new Map([
      ...files,
      ['examples.json', json(await told())],
      ['parity.json', certificateFile(certificate, 'the module, in a process of its own')],
    ])
  })
  const onnx = async ({ form = 'blocks' }: OnnxPackageOptions = {}): Promise<PackageFiles> => {
    const { packOnnx } = await import('./pack-onnx.ts')
    const { files, certificate, engine, madeUp } = await packOnnx(await opened(), form, folder, await rows())
    return new Map([
      ...files,
      ['examples.json', json(examplesOf(await opened(), madeUp))],
      ['parity.json', certificateFile(certificate, engine)],
    ])
  }
  return {
    module: module as () => Promise<PackageFiles>,
    onnx,
    server: () => readFile(new URL('./module/server.js', import.meta.url)),
    examples: told,
    zip: async (files) => zip(files),
    tarball: packTarball,
    image: async (image) => imageLayout(image),
  }
}

function examplesOf(model: Model, rows: readonly JsonObject[]): Example[] {
  const some = rows.slice(0, examples)
  return answersOf(model, some).map((answer, i) => ({
    row: some[i] as JsonObject,
    answer: answer as unknown as JsonObject,
  }))
}

function certificateFile(certificate: ParityCertificate, scoredBy: string): Uint8Array {
  return json({ ...certificate, scoredBy })
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
