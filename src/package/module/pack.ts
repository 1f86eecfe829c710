import { readFileSync } from 'node:fs'
import type { Digest } from '../../base/digest.ts'
import { fail } from '../../base/errors.ts'
import type { Json } from '../../base/json.ts'
import type { ModelManifest } from '../../model/manifest.ts'
import type { PackageFiles, PluginModule, Registry } from '../../plugin/api.ts'
import { type BundledPlugin, bundleScorer } from './bundle.ts'
import { declarationsOf } from './declarations.ts'
import type { PackedModel } from './scorer.ts'

/** A model as its parts lie in a store. */
export interface ModelParts {
  readonly manifest: ModelManifest
  readonly digest: Digest
  read(digest: Digest): Promise<Uint8Array>
}

/**
 * The model as an ES module that depends on nothing: `index.js` holds the code of the engine and of the model's plugins,
 * `model.js` its states and the kernels, `index.d.ts` the types.
 *
 * @throws DaybookError PACKAGE_NOT_SELF_CONTAINED, what `read` and the registry throw
 */
export async function packModule(model: ModelParts, registry: Registry): Promise<PackageFiles> {
  const { manifest } = model
  const text = new TextEncoder()
  const code = await bundleScorer(await pluginsOf(manifest, registry))
  return new Map([
    ['index.js', text.encode(`// Model ${model.digest}\n${code}`)],
    ['model.js', text.encode(`export const packed = ${JSON.stringify(await packed(model))}\n`)],
    ['index.d.ts', text.encode(declarationsOf(manifest.name, manifest.signature))],
  ])
}

async function pluginsOf({ preprocess, algorithm }: ModelManifest, registry: Registry): Promise<BundledPlugin[]> {
  const found = new Map<string, BundledPlugin>()
  const add = (use: string, module: PluginModule | undefined): void => {
    if (module === undefined) throw fail('PACKAGE_NO_CODE', { plugin: use })
    found.set(use, { use, module })
  }
  for (const { use } of preprocess) add(use, (await registry.find('preprocess', use)).module)
  add(algorithm.use, (await registry.find('algorithm', algorithm.use)).module)
  return [...found.values()]
}

async function packed({ manifest, digest, read }: ModelParts): Promise<PackedModel & { readonly [key: string]: Json }> {
  const states = [...manifest.preprocess, manifest.algorithm].map(({ state }) => state)
  const objects = await Promise.all(
    [...new Set(states)].map(async (state) => [state, Buffer.from(await read(state)).toString('base64')] as const),
  )
  const kernels = readFileSync(new URL('../../kernels/scoring.wasm', import.meta.url)).toString('base64')
  return { manifest, digest, objects: Object.fromEntries(objects), kernels } as never
}
