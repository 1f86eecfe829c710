import { table } from './code.ts'

/** Codes of the WebAssembly kernels. */
export const kernelCodes = table({
  KERNEL_UNSUPPORTED: {
    message: 'this JavaScript engine cannot run the kernels: {reason}',
    hint: 'Use Node 20.19 or newer; WebAssembly SIMD and shared memory are needed.',
    exit: 1,
  },
  KERNEL_OUT_OF_MEMORY: {
    message: 'the kernels need {bytes} bytes, {limit} can be had',
    hint: 'Train on fewer rows or columns, or with fewer bins, trees or units.',
    exit: 1,
  },
})
