import { zipSync } from 'fflate'
import { byCodeUnit } from '../base/canonical.ts'
import type { PackageFiles } from '../plugin/api.ts'

/** The first moment that a zip archive can tell, at noon: in every time zone the same day. */
const mtime = new Date(1980, 0, 1, 12)

/** A zip archive of files, sorted by path, without times of their own: equal files give equal bytes. */
export function zip(files: PackageFiles): Uint8Array {
  const sorted = [...files].sort(([a], [b]) => byCodeUnit(a, b))
  return zipSync(Object.fromEntries(sorted), { level: 9, mtime, os: 3, attrs: 0o644 << 16 })
}
