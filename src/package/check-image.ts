import { gunzipSync } from 'node:zlib'
import { digestBytes } from '../base/digest.ts'
import type { PackageFiles } from '../plugin/api.ts'
import { type Descriptor, manifestType } from './image-layout.ts'
import { readTar } from './read-tar.ts'

/** Most bytes that a layer may unpack to. */
const mostUnpacked = 1 << 30

/** What is wrong with an OCI image layout, in words: every blob is hashed, every descriptor is followed. */
export function imageFaults(files: PackageFiles): string[] {
  const faults: string[] = []
  for (const [path, bytes] of files) {
    const name = /^blobs\/sha256\/(.*)$/.exec(path)?.[1]
    if (name !== undefined && digestBytes(bytes) !== name) faults.push(`${path} does not hold what it is named by`)
  }
  try {
    if (jsonOf(files, 'oci-layout').imageLayoutVersion !== '1.0.0')
      faults.push('oci-layout has another version than 1.0.0')
    for (const found of descriptors(jsonOf(files, 'index.json').manifests)) {
      faults.push(...descriptorFaults(found, files))
      for (const part of partsOf(found, files)) faults.push(...descriptorFaults(part, files))
    }
  } catch (thrown) {
    faults.push((thrown as Error).message)
  }
  return faults
}

/** The files in an image's layers of npm packages, without the folder `package`. @throws DaybookError TAR_… */
export async function filesOfLayers(files: PackageFiles): Promise<PackageFiles> {
  const inside = new Map<string, Uint8Array>()
  for (const found of descriptors(jsonOf(files, 'index.json').manifests)) {
    for (const { mediaType, digest } of partsOf(found, files)) {
      if (!mediaType.endsWith('tar+gzip')) continue
      const tar = gunzipSync(blobOf(digest, files) ?? new Uint8Array(), { maxOutputLength: mostUnpacked })
      for await (const { name, content } of readTar(chunks(tar))) {
        const parts: Uint8Array[] = []
        for await (const part of content) parts.push(part)
        inside.set(name.replace(/^package\//, ''), Buffer.concat(parts))
      }
    }
  }
  return inside
}

async function* chunks(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}

function partsOf({ mediaType, digest }: Descriptor, files: PackageFiles): readonly Descriptor[] {
  if (mediaType !== manifestType) return []
  const { config, layers } = jsonOf(files, `blobs/sha256/${digest.replace(/^sha256:/, '')}`)
  return descriptors([config, ...descriptors(layers)])
}

function descriptorFaults({ digest, size }: Descriptor, files: PackageFiles): string[] {
  const blob = blobOf(digest, files)
  if (blob === undefined) return [`blob ${digest} is missing`]
  return blob.length === size ? [] : [`blob ${digest} has ${blob.length} bytes, not ${size}`]
}

function blobOf(digest: string, files: PackageFiles): Uint8Array | undefined {
  return files.get(`blobs/sha256/${digest.replace(/^sha256:/, '')}`)
}

function jsonOf(files: PackageFiles, path: string): Readonly<Record<string, unknown>> {
  const bytes = files.get(path)
  if (bytes === undefined) throw new Error(`${path} is missing`)
  const value: unknown = JSON.parse(new TextDecoder().decode(bytes))
  if (typeof value !== 'object' || value === null) throw new Error(`${path} holds no object`)
  return value as Readonly<Record<string, unknown>>
}

function descriptors(value: unknown): readonly Descriptor[] {
  const isDescriptor = (one: unknown): one is Descriptor => {
    const { mediaType, digest, size } = (one ?? {}) as Partial<Descriptor>
    return typeof mediaType === 'string' && typeof digest === 'string' && typeof size === 'number'
  }
  if (!Array.isArray(value) || !value.every(isDescriptor)) throw new Error('its index or a manifest names no blobs')
  return value
}
