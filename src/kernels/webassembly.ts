/** The little of WebAssembly that is used here: TypeScript declares it with the browser's library alone. */
export interface Memory {
  readonly buffer: ArrayBufferLike
  grow(pages: number): number
}

/** Compiled code: immutable, and may be posted to workers. */
export type Module = object

interface WebAssemblyApi {
  readonly Module: (new (bytes: Uint8Array) => Module) & { exports(module: Module): readonly { name: string }[] }
  readonly Instance: new (module: Module, imports: object) => { readonly exports: object }
  readonly Memory: new (limits: { initial: number; maximum: number; shared: boolean }) => Memory
}

export const wasm: WebAssemblyApi = (globalThis as unknown as { WebAssembly: WebAssemblyApi }).WebAssembly

/** Names of what a module exports, in its order: the same on every thread. */
export function exportNames(module: Module): readonly string[] {
  return wasm.Module.exports(module).map(({ name }) => name)
}

/** An instance's exports, in the order of the names. */
export function functionsOf(module: Module, exports: object): readonly ((...args: number[]) => number)[] {
  return exportNames(module).map((name) => (exports as Record<string, (...args: number[]) => number>)[name] as never)
}
