/** The little of WebAssembly that is used here: TypeScript declares it with the browser's library alone. */
export interface Memory {
  readonly buffer: ArrayBufferLike
  grow(pages: number): number
}

/** Compiled code: immutable, and may be posted to workers. */
export type Module = object

interface WebAssemblyApi {
  readonly Module: new (bytes: Uint8Array) => Module
  readonly Instance: new (module: Module, imports: object) => { readonly exports: object }
  readonly Memory: new (limits: { initial: number; maximum: number; shared: boolean }) => Memory
}

export const wasm: WebAssemblyApi = (globalThis as unknown as { WebAssembly: WebAssemblyApi }).WebAssembly
