import type { Digest } from '../../base/digest.ts'
import { fail } from '../../base/errors.ts'
import type { JsonObject } from '../../base/json.ts'
import { kernelsOf } from '../../kernels/instantiate.ts'
import type { Module } from '../../kernels/webassembly.ts'
import type { ModelManifest, Signature } from '../../model/manifest.ts'
import { openModel } from '../../model/model.ts'
import type { Prediction } from '../../model/predictions.ts'
import type { ReasonOptions } from '../../model/reasons/reasons.ts'
import type { Plugin, PluginKind } from '../../plugin/kinds.ts'
import type { Registry } from '../../plugin/registry.ts'

/** What lies beside the code of a package: everything that its model is made of. Bytes are base64. */
export interface PackedModel {
  readonly manifest: ModelManifest
  readonly digest: Digest
  /** Objects that the manifest names. */
  readonly objects: Readonly<Record<Digest, string>>
  /** The scoring build of the kernels. */
  readonly kernels: string
}

/** A plugin by the name that the manifest uses. */
export interface PackedPlugin {
  readonly use: string
  readonly plugin: Plugin
}

/** What may be asked for beside the prediction. */
export interface ScoreOptions {
  /** Most reasons of a row. */
  readonly reasons?: number
  /** Binary: the class that reasons speak for. Default: the positive one. */
  readonly of?: string
}

/** What a package exports. */
export interface Scorer {
  /** What the model takes and gives. */
  readonly signature: Signature
  /** SHA-256 of the model, as its run recorded it. */
  readonly digest: Digest
  /** @throws DaybookError with `code`, saying what is wrong with the row */
  score(row: JsonObject, options?: ScoreOptions): Prediction
  /** As {@link score}, for many rows at a time. */
  scoreBatch(rows: readonly JsonObject[], options?: ScoreOptions): Prediction[]
}

/** Opens a packed model. This is the code that a package carries: it needs nothing but what every browser has. */
export async function openScorer(packed: PackedModel, plugins: readonly PackedPlugin[]): Promise<Scorer> {
  const { manifest, objects, digest } = packed
  const { WebAssembly } = globalThis as unknown as { WebAssembly: { compile(bytes: Uint8Array): Promise<Module> } }
  const kernels = kernelsOf(await WebAssembly.compile(bytesOf(packed.kernels)))
  const read = async (object: Digest): Promise<Uint8Array> => {
    const text = objects[object]
    if (text === undefined) throw fail('MODEL_CORRUPT', { reason: `object ${object} is not in the package` })
    return bytesOf(text)
  }
  const model = await openModel(manifest, read, registryOf(plugins), kernels)
  return {
    signature: model.signature,
    digest,
    score: (row, options) => model.predictRows([row], reasonsAsked(options))[0] as Prediction,
    scoreBatch: (rows, options) => model.predictRows(rows, reasonsAsked(options)),
  }
}

function reasonsAsked({ reasons, of }: ScoreOptions = {}): ReasonOptions | undefined {
  return reasons === undefined ? undefined : { count: reasons, of }
}

/** A registry of the plugins at hand alone. */
function registryOf(plugins: readonly PackedPlugin[]): Pick<Registry, 'find'> {
  return {
    find: async <Kind extends PluginKind>(kind: Kind, use: string) => {
      const found = plugins.find((one) => one.use === use && one.plugin.kind === kind)
      if (found === undefined) throw fail('PLUGIN_UNKNOWN', { kind, id: use })
      return { plugin: found.plugin, use, origin: 'built-in', code: '' } as never
    },
  }
}

function bytesOf(base64: string): Uint8Array {
  const text = atob(base64)
  const bytes = new Uint8Array(text.length)
  for (let i = 0; i < bytes.length; i++) bytes[i] = text.charCodeAt(i)
  return bytes
}
