import type { PackageFiles } from '../plugin/api.ts'
import { packTar } from './tar.ts'

/** A gzipped tar archive as `npm pack` makes it, under the folder `package`: equal files give equal bytes. */
export function packTarball(files: PackageFiles): Promise<Uint8Array> {
  const entries = [...files].map(([path, bytes]) => ({ name: `package/${path}`, bytes }))
  return packTar(entries, { first: 'package/package.json', gzip: true })
}
