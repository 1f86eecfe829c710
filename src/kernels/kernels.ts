/**
 * Elementary functions of the WebAssembly module, f64 in and out. Training and scoring take these alone, never `Math.*`,
 * whose last bits differ between engines.
 */
export interface MathKernels {
  exp(x: number): number
  expm1(x: number): number
  log(x: number): number
  log1p(x: number): number
  tanh(x: number): number
  sigmoid(x: number): number
  pow(x: number, y: number): number
}

/**
 * Memory of a kernel instance, for as long as one scope lasts. Views are 16-byte aligned, zeroed and never move: the
 * scope said beforehand how many bytes it needs.
 */
export interface KernelMemory {
  f32(length: number): Float32Array
  f64(length: number): Float64Array
  i32(length: number): Int32Array
  u32(length: number): Uint32Array
  u8(length: number): Uint8Array
  /** Copies an array in and gives the view of it. */
  put<T extends Float32Array | Float64Array | Int32Array | Uint32Array | Uint8Array>(array: T): T
}

/** The numbers that an instance's exported functions take: pointers are the views' `byteOffset`. */
export type KernelFunctions = Readonly<Record<string, (...args: number[]) => number>>

/**
 * One instance of the kernels. For training it stands over shared memory of its own, which is given back with it; for
 * scoring over plain memory. Both give equal bits.
 */
export interface Kernels {
  readonly math: MathKernels
  /** Raw exports; typed wrappers stand beside this file, one a subject. */
  readonly functions: KernelFunctions
  /**
   * Runs `work` with `bytes` of memory (each view rounded up to 16 bytes), which is free again afterwards: after a throw
   * too, and where `work` returns a promise, once it settles. Training scopes may nest and overlap; over scoring memory,
   * which moves when it grows, a second scope at the same time is refused.
   * @throws DaybookError KERNEL_OUT_OF_MEMORY
   */
  scope<T>(bytes: number, work: (memory: KernelMemory) => T): T
  /** Threads that {@link parallel} may use, the caller's among them; 1 over scoring memory. No result may depend on it. */
  readonly threads: number
  /**
   * Calls the exported function `name` once for each list of arguments, on up to `threads` threads, in any order, and comes
   * back when all are done. So the calls must write to different places (scratch memory among them), and what they write
   * must not depend on how the work was split: the split is fixed by the data, or the sums are exact. Worth it from about
   * 50 microseconds of work a call; a batch should end within 100 ms, so that a cancel arrives.
   */
  parallel(name: string, calls: readonly (readonly number[])[]): void
}

/** Kernels of one training. */
export interface TrainingKernels extends Kernels {
  /**
   * Gives the pool's threads back and lets the memory be collected once nothing refers to it. To be called when the training
   * is over; calls after that run on the caller's thread alone.
   */
  close(): void
}
