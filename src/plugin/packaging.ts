import type { JsonObject } from '../base/json.ts'

/** Files of a package: bytes by relative path. */
export type PackageFiles = ReadonlyMap<string, Uint8Array>

/** A row that no person stands behind, and what the model answers to it. */
export interface Example {
  readonly row: JsonObject
  /** The prediction, or `{ error: CODE }` where the row is refused. */
  readonly answer: JsonObject
}

export interface OnnxPackageOptions {
  /**
   * `blocks`: inputs are [rows, 1], and the numbers of a row stand side by side. `columns`: all are [rows], as the columns of a data
   * frame, with an output a class.
   */
  readonly form?: 'blocks' | 'columns'
}

/** What an artifact of the OCI is made of. */
export interface ImageParts {
  readonly artifactType: string
  readonly config: { readonly mediaType: string; readonly content: JsonObject }
  readonly layers: readonly {
    readonly bytes: Uint8Array
    readonly mediaType: string
    readonly annotations?: Readonly<Record<string, string>>
  }[]
  readonly annotations: Readonly<Record<string, string>>
  /** What it is found by in the layout. */
  readonly tag: string
}

/**
 * Building blocks of targets. What scores comes certified: it was loaded as its user loads it, and was held against the trained
 * model over the hold-out rows and over made-up ones, before a target gets it.
 */
export interface Packaging {
  /**
   * The model as an ES module without dependencies, for Node and browsers: `index.js` (code), `model.js` (states and kernels),
   * `index.d.ts` (types made of the columns' facts), `examples.json`, `parity.json` (the certificate).
   *
   * @throws DaybookError PACKAGE_NOT_EQUAL, PACKAGE_NOT_SELF_CONTAINED
   */
  module(): Promise<PackageFiles>
  /**
   * The model as an ONNX file, preprocessing included: `model.onnx`, `signature.json` (its inputs and outputs, and the model's
   * signature), `examples.json`, `parity.json`. It takes an engine of ONNX to prove it.
   *
   * @throws DaybookError MODEL_NOT_ONNX, PACKAGE_NO_ENGINE, PACKAGE_NOT_EQUAL
   */
  onnx(options?: OnnxPackageOptions): Promise<PackageFiles>
  /** A program for Node that serves the module beside it over HTTP and imports nothing else. */
  server(): Promise<Uint8Array>
  /** Made-up rows over the range of the training rows, with the model's answers. */
  examples(): Promise<readonly Example[]>
  /** A zip archive, the same bytes for the same files on any machine. */
  zip(files: PackageFiles): Promise<Uint8Array>
  /** The same of a gzipped tar archive as `npm pack` makes it. */
  tarball(files: PackageFiles): Promise<Uint8Array>
  /** The files of an OCI image layout. */
  image(parts: ImageParts): Promise<PackageFiles>
}
