import type { BenchTable } from '../table.ts'
import { audit } from './audit.ts'
import { boosting, boostingLarge, scaling } from './boosting.ts'
import { cancel } from './cancel.ts'
import { forest } from './forest.ts'
import { logistic } from './logistic.ts'
import { memory } from './memory.ts'
import { packages } from './packages.ts'
import { quality } from './quality.ts'
import { scoring } from './scoring.ts'
import { serve } from './serve.ts'
import { start } from './start.ts'
import { svm } from './svm.ts'

/** Every table, in the order in which `all` runs them. */
export const tables: readonly BenchTable[] = [
  start,
  boosting,
  boostingLarge,
  scaling,
  forest,
  svm,
  logistic,
  scoring,
  packages,
  quality,
  cancel,
  memory,
  audit,
  serve,
]
