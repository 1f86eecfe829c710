import type { Label } from './exchange.ts'

/** Counts of values by bounds, as Prometheus reads them. */
export class Histogram {
  readonly bounds: readonly number[]
  /** One more than bounds. */
  readonly counts: number[]
  sum = 0

  constructor(bounds: readonly number[]) {
    this.bounds = bounds
    this.counts = new Array<number>(bounds.length + 1).fill(0)
  }

  get count(): number {
    return this.counts.reduce((sum, one) => sum + one, 0)
  }

  add(value: number): void {
    this.sum += value
    let at = 0
    while (at < this.bounds.length && value > (this.bounds[at] as number)) at++
    this.counts[at] = (this.counts[at] as number) + 1
  }
}

const seconds = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
const rows = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 4096, 16_384, 65_536]
const differences = [0, 1e-9, 1e-6, 1e-4, 0.001, 0.01, 0.05, 0.1, 0.25, 0.5, 1, 10]

/** What one way of asking one version was answered. */
export interface RequestTally extends Label {
  readonly codes: Map<number, number>
  readonly duration: Histogram
}

/** What scoring one version took. */
export interface BatchTally {
  readonly model: string
  readonly version: string
  readonly queue: Histogram
  readonly size: Histogram
  rows: number
}

/** How the challenger's scores compare with the champion's, for the same rows. */
export interface ShadowTally {
  readonly model: string
  readonly champion: string
  readonly challenger: string
  rows: number
  /** Rows that got another prediction. */
  different: number
  /** Rows that the challenger did not score: it refused them, or there was too much to do. */
  dropped: number
  /** Largest difference of a row's numbers. */
  readonly distance: Histogram
}

/**
 * What a server counts: plain numbers, since they change with every request. `metrics.ts` reads them when it is asked.
 * Labels are those of models that are served, so that there are few; what names none is counted under none.
 */
export class Tallies {
  readonly requests = new Map<string, RequestTally>()
  readonly batches = new Map<string, BatchTally>()
  readonly shadows = new Map<string, ShadowTally>()
  /** By model and outcome. */
  readonly loads = new Map<string, { readonly model: string; readonly outcome: 'ok' | 'failed'; count: number }>()

  answered(label: Label, code: number, ms: number): void {
    const tally = taken(this.requests, keyOf(label.model, label.version, label.protocol), () => ({
      ...label,
      codes: new Map<number, number>(),
      duration: new Histogram(seconds),
    }))
    tally.codes.set(code, (tally.codes.get(code) ?? 0) + 1)
    tally.duration.add(ms / 1000)
  }

  batch(model: string, version: string): BatchTally {
    const make = () => ({ model, version, queue: new Histogram(seconds), size: new Histogram(rows), rows: 0 })
    return taken(this.batches, keyOf(model, version), make)
  }

  shadow(model: string, champion: string, challenger: string): ShadowTally {
    return taken(this.shadows, keyOf(model, champion, challenger), () => ({
      model,
      champion,
      challenger,
      rows: 0,
      different: 0,
      dropped: 0,
      distance: new Histogram(differences),
    }))
  }

  loaded(model: string, outcome: 'ok' | 'failed'): void {
    taken(this.loads, keyOf(model, outcome), () => ({ model, outcome, count: 0 })).count++
  }
}

/** Names hold no NUL. */
function keyOf(...names: readonly string[]): string {
  return names.join('\0')
}

function taken<T>(map: Map<string, T>, key: string, make: () => T): T {
  let found = map.get(key)
  if (found === undefined) {
    found = make()
    map.set(key, found)
  }
  return found
}
