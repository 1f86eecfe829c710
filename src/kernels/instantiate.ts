import { fail } from '../base/errors.ts'
import type { KernelFunctions, Kernels, MathKernels } from './kernels.ts'
import { ScopedMemory } from './memory.ts'
import { type Memory, type Module, wasm } from './webassembly.ts'

const PAGE = 65536

/** Address space of a 32-bit memory, and what is asked for where an engine does not reserve as much. */
const LARGEST = [65536, 32768, 16384]

/** Compiles a build of the kernels. @throws DaybookError KERNEL_UNSUPPORTED */
export function compileKernels(bytes: Uint8Array): Module {
  return guarded(() => new wasm.Module(bytes))
}

/**
 * Kernels over plain memory of their own, of a build that was compiled before. Needs nothing of Node: packages score by it in
 * browsers too.
 *
 * @throws DaybookError KERNEL_UNSUPPORTED
 */
export function kernelsOf(module: Module): Kernels {
  const { kernels, functions } = instantiate(module, newMemory(false))
  return Object.freeze({ ...kernels, threads: 1, parallel: onOneThread(functions) })
}

/** Calls of a batch one after the other. */
export function onOneThread(functions: KernelFunctions): Kernels['parallel'] {
  return (name, calls) => {
    const run = functions[name]
    if (run === undefined) throw new TypeError(`the kernels have no function ${name}`)
    for (const args of calls) run(...args)
  }
}

/** Memory of one page that may grow. @throws DaybookError KERNEL_OUT_OF_MEMORY */
export function newMemory(shared: boolean): Memory {
  let refusal: unknown
  for (const maximum of LARGEST) {
    try {
      return new wasm.Memory({ initial: 1, maximum, shared })
    } catch (thrown) {
      refusal = thrown
    }
  }
  throw fail('KERNEL_OUT_OF_MEMORY', { bytes: PAGE, limit: 0 }, { cause: refusal })
}

/** An instance over a memory, and its functions. @throws DaybookError KERNEL_UNSUPPORTED */
export function instantiate(
  module: Module,
  memory: Memory,
): { kernels: Pick<Kernels, 'math' | 'functions' | 'scope'>; functions: KernelFunctions } {
  const instance = guarded(() => new wasm.Instance(module, { env: { memory } }))
  const functions = instance.exports as unknown as KernelFunctions & MathKernels & { heapBase(): number }
  const { exp, expm1, log, log1p, tanh, sigmoid, pow } = functions
  const scoped = new ScopedMemory(memory, functions.heapBase())
  const math = Object.freeze({ exp, expm1, log, log1p, tanh, sigmoid, pow })
  return { functions, kernels: { math, functions, scope: scoped.scope.bind(scoped) as Kernels['scope'] } }
}

function guarded<T>(work: () => T): T {
  try {
    return work()
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message : String(thrown)
    throw fail('KERNEL_UNSUPPORTED', { reason }, { cause: thrown })
  }
}
