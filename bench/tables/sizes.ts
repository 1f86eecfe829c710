import builtIns from 'daybook/plugins'

/** An algorithm at a size where its training takes a while. */
export interface Sized {
  readonly name: string
  readonly algorithm: string
  readonly rows: number
  readonly features: number
  readonly params: Readonly<Record<string, unknown>>
}

const usual = { rows: 100_000, features: 30, params: {} }

/** Where the usual size would take seconds too many, or none at all. */
const sizes: Readonly<Record<string, readonly Partial<Sized>[]>> = {
  'gradient-boosting': [{ rows: 1_000_000 }],
  'k-means': [{ params: { k: 20 } }],
  logistic: [{ rows: 200_000, features: 50, params: { tolerance: 1e-12, l2: 0 } }],
  svm: [
    { name: 'svm, rbf', rows: 20_000, features: 20 },
    { name: 'svm, linear', rows: 1_000_000, features: 20, params: { kernel: 'linear' } },
  ],
}

/** Every algorithm that comes with Daybook, at its large size. */
export function largeSizes(only?: string): Sized[] {
  const algorithms = builtIns.plugins.filter(
    ({ kind, id }) => kind === 'algorithm' && (only === undefined || id.includes(only)),
  )
  return algorithms.flatMap(({ id }) =>
    (sizes[id] ?? [{}]).map((size) => ({ ...usual, name: id, algorithm: id, ...size })),
  )
}
