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
  /** Raw training rows and hold-out rows, typed. */
  rows(): Promise<{ readonly training: Frame; readonly holdOut: Frame }>
}

/** Opens the building blocks when a target first takes one: they are loaded from a module by its name. */
export function lazyPackaging(module: string, source: PackagingSource): Packaging {
  let opened: Promise<Packaging> | undefined
  const open = (): Promise<Packaging> => {
    opened ??= import(module).then((loaded: { openPackaging(source: PackagingSource): Packaging }) =>
      loaded.openPackaging(source),
    )
    return opened
  }
  return {
    module: async () => (await open()).module(),
    examples: async () => (await open()).examples(),
    zip: async (files) => (await open()).zip(files),
  }
}
