import type { Digest } from '../base/digest.ts'
import type { Frame } from '../frame/index.ts'
import type { ModelManifest } from '../model/index.ts'
import type { Packaging, Registry } from '../plugin/api.ts'

/** What the building blocks of targets are made over. */
export interface PackagingSource {
  readonly model: {
    readonly manifest: ModelManifest
    readonly digest: Digest
    read(digest: Digest): Promise<Uint8Array>
  }
  readonly registry: Registry
  /** Folder of the page: engines that score other forms of the model are looked for from here. */
  readonly folder: string
  /** Raw training rows and hold-out rows, typed. */
  rows(): Promise<{ readonly training: Frame; readonly holdOut: Frame }>
}

/** The list that lies in every package. */
export const packageFile = 'daybook-package.json'

/** What a package says of itself. */
export interface PackageManifest {
  readonly format: 1
  readonly pipeline: string
  /** Plugin and version that made it. */
  readonly target: string
  /** SHA-256 of the model, as the record of its run names it. */
  readonly model: Digest
  /** SHA-256 of every other file, by path. */
  readonly files: Readonly<Record<string, Digest>>
}

/**
 * Opens the building blocks when a target first takes one: they stand above this layer and are loaded from a module by its name.
 *
 * @param onUse told when that happens: what is being made is a package then
 */
export function lazyPackaging(module: string, source: PackagingSource, onUse: () => void): Packaging {
  let opened: Promise<Packaging> | undefined
  const open = (): Promise<Packaging> => {
    onUse()
    opened ??= import(module).then((loaded: { openPackaging(source: PackagingSource): Packaging }) =>
      loaded.openPackaging(source),
    )
    return opened
  }
  return {
    module: async () => (await open()).module(),
    onnx: async (options) => (await open()).onnx(options),
    server: async () => (await open()).server(),
    examples: async () => (await open()).examples(),
    zip: async (files) => (await open()).zip(files),
    tarball: async (files) => (await open()).tarball(files),
    image: async (parts) => (await open()).image(parts),
  }
}
