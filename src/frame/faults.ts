import { type DaybookError, fail } from '../base/errors.ts'

/** Most faults of one kind that are reported one by one. */
const MAX_SHOWN = 20

/** Collects faults of one kind, a limited number one by one and the rest as a count. */
export class Faults {
  readonly #what: string
  readonly #shown: DaybookError[] = []
  #count = 0

  /** @param what of which there are more, in plain words: `ragged rows` */
  constructor(what: string) {
    this.#what = what
  }

  /** `make` is called only where the fault will be shown. */
  add(make: () => DaybookError): void {
    if (this.#count++ < MAX_SHOWN) this.#shown.push(make())
  }

  get all(): readonly DaybookError[] {
    const more = this.#count - this.#shown.length
    return more === 0 ? this.#shown : [...this.#shown, fail('DATA_MORE_FAULTS', { count: more, what: this.#what })]
  }
}
