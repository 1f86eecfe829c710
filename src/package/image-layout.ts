import { canonicalJson } from '../base/canonical.ts'
import { digestBytes } from '../base/digest.ts'
import type { Json } from '../base/json.ts'
import type { ImageParts, PackageFiles } from '../plugin/api.ts'

export const manifestType = 'application/vnd.oci.image.manifest.v1+json'

/** What an artifact of the OCI names a blob by. */
export interface Descriptor {
  readonly mediaType: string
  readonly digest: string
  readonly size: number
  readonly annotations?: Readonly<Record<string, string>>
}

/** An artifact as an OCI image layout: equal parts give equal bytes. */
export function imageLayout({ artifactType, config, layers, annotations, tag }: ImageParts): PackageFiles {
  const files = new Map<string, Uint8Array>()
  const put = (bytes: Uint8Array, mediaType: string, notes?: Readonly<Record<string, string>>): Descriptor => {
    const digest = digestBytes(bytes)
    files.set(`blobs/sha256/${digest}`, bytes)
    return { mediaType, digest: `sha256:${digest}`, size: bytes.length, ...(notes && { annotations: notes }) }
  }
  const manifest = {
    schemaVersion: 2,
    mediaType: manifestType,
    artifactType,
    config: put(json(config.content), config.mediaType),
    layers: layers.map(({ bytes, mediaType, annotations }) => put(bytes, mediaType, annotations)),
    annotations,
  }
  const found = put(json(manifest), manifestType, { 'org.opencontainers.image.ref.name': tag })
  files.set('index.json', json({ schemaVersion: 2, manifests: [{ ...found, artifactType }] }))
  files.set('oci-layout', json({ imageLayoutVersion: '1.0.0' }))
  return files
}

function json(value: unknown): Uint8Array {
  return new TextEncoder().encode(canonicalJson(value as Json))
}
