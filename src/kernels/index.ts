export type { KernelFunctions, KernelMemory, Kernels, MathKernels } from './kernels.ts'
