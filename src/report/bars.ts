import { type Html, trusted } from './html.ts'

const width = 132
const height = 30

/**
 * A histogram small enough for a table's cell: filled bars, and beside them, where given, a second series as outlines on
 * the same scale. Heights are shares of the largest bar; the table's numbers say the rest.
 */
export function miniBars(train: readonly number[], test?: readonly number[]): Html | undefined {
  const first = sharesOf(train)
  const second = test && sharesOf(test)
  const top = Math.max(0, ...first, ...(second ?? []))
  if (top === 0) return undefined
  const step = width / first.length
  const bar = (share: number, i: number, inset: number): string => {
    const tall = (share / top) * (height - 2)
    const x = i * step + inset
    return `M${px(x)},${height - 1}v${px(-tall)}h${px(Math.max(step - 2 * inset, 0.8))}v${px(tall)}`
  }
  const gap = Math.min(0.5, step / 8)
  const filled = first.map((share, i) => (share > 0 ? bar(share, i, gap) : '')).join('')
  const outlined = second?.map((share, i) => (share > 0 ? bar(share, i, gap + 0.75) : '')).join('')
  return trusted(
    `<svg class="bars" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" aria-hidden="true"><path class="train" d="${filled}"/>${
      outlined ? `<path class="test" d="${outlined}"/>` : ''
    }<path class="axis" d="M0,${height - 0.5}h${width}"/></svg>`,
  )
}

function sharesOf(counts: readonly number[]): number[] {
  const usable = counts.slice(0, 60).map((count) => (Number.isFinite(count) && count > 0 ? count : 0))
  const all = usable.reduce((sum, count) => sum + count, 0)
  return usable.map((count) => (all === 0 ? 0 : count / all))
}

function px(length: number): string {
  return String(Number(length.toFixed(1)))
}
