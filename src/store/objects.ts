import type { Digest } from '../base/digest.ts'

/** Immutable bytes by digest. Later backends (a shared folder, S3) implement the same three calls. */
export interface ObjectStore {
  has(digest: Digest): Promise<boolean>
  /** @throws DaybookError STORE_OBJECT_MISSING, STORE_OBJECT_CORRUPT: bytes are checked on first use per process. */
  get(digest: Digest): Promise<Uint8Array>
  /** Durable when it resolves: temp in the same folder, fsync, rename, fsync of the folder. */
  put(bytes: Uint8Array): Promise<Digest>
}
