import { stripVTControlCharacters } from 'node:util'
import type { RunEvent } from '../store/record.ts'
import { formatDuration, type Terminal } from './output.ts'

interface Line {
  state: 'waiting' | 'running' | 'ran' | 'cached' | 'failed' | 'skipped'
  done: number
  total: number
  note: string
  startedAt: number
  ms: number
}

const marks = { waiting: '·', running: '▸', ran: '✔', cached: '=', failed: '✘', skipped: '-' } as const
const colours = { waiting: 'dim', running: 'cyan', ran: 'green', cached: 'dim', failed: 'red', skipped: 'dim' } as const

/** How often a terminal is redrawn at most, and how often while nothing happens, so that time is seen to pass. */
const redrawMs = 50
const idleRedrawMs = 200

/**
 * Draws the events of a run: one line a cell with a bar, redrawn in place, where stderr is a terminal; a plain line as
 * each cell ends elsewhere.
 */
export class Progress {
  readonly #terminal: Terminal
  readonly #lines = new Map<string, Line>()
  readonly #warnings = new Set<string>()
  #timer: NodeJS.Timeout | undefined
  #drawn = 0
  #lastDraw = 0

  constructor(terminal: Terminal) {
    this.#terminal = terminal
  }

  show(event: RunEvent): void {
    switch (event.type) {
      case 'runStarted':
        for (const cell of event.cells) this.#lines.set(cell, newLine())
        this.#terminal.message(`${event.pipeline}: run ${event.run}`)
        if (this.#terminal.live) this.#timer = setInterval(() => this.#draw(), idleRedrawMs).unref()
        break
      case 'cellStarted':
        Object.assign(this.#line(event.cell), { state: 'running', startedAt: performance.now() })
        break
      case 'cellProgress':
        Object.assign(this.#line(event.cell), { done: event.done, total: event.total, note: event.note ?? '' })
        break
      case 'cellEnded': {
        const note = event.state === 'skipped' ? (event.why ?? '') : ''
        const line = Object.assign(this.#line(event.cell), { state: event.state, ms: event.ms, note })
        if (!this.#terminal.live) this.#terminal.message(this.#text(event.cell, line))
        break
      }
      case 'cellWarned':
        if (!event.silenced) this.#warn(`${event.warning.code} (${event.cell}): ${event.warning.message}`)
        break
      case 'runEnded':
        this.close()
        return
    }
    if (this.#terminal.live && performance.now() - this.#lastDraw >= redrawMs) this.#draw()
  }

  /** A line that stays, above what is redrawn. */
  note(text: string): void {
    this.#erase()
    this.#terminal.problem(text)
    if (this.#terminal.live) this.#draw()
  }

  /** Ends the drawing: every cell as it stands, then the warnings. */
  close(): void {
    clearInterval(this.#timer)
    if (!this.#terminal.live || this.#lines.size === 0) return
    this.#erase()
    for (const [cell, line] of this.#lines) this.#terminal.message(this.#fit(this.#text(cell, line)))
    for (const warning of this.#warnings) this.#terminal.problem(this.#warningLine(warning))
    this.#lines.clear()
  }

  /** A warning is said once; where lines are redrawn, at the end. */
  #warn(warning: string): void {
    if (this.#warnings.has(warning)) return
    this.#warnings.add(warning)
    if (!this.#terminal.live) this.#terminal.problem(this.#warningLine(warning))
  }

  #warningLine(warning: string): string {
    return `  ${this.#terminal.paintMessage('yellow', 'warning')} ${warning}`
  }

  #line(cell: string): Line {
    const line = this.#lines.get(cell) ?? newLine()
    this.#lines.set(cell, line)
    return line
  }

  #erase(): void {
    if (this.#drawn > 0) process.stderr.write(`\u001b[${this.#drawn}A\u001b[J`)
    this.#drawn = 0
  }

  #draw(): void {
    this.#lastDraw = performance.now()
    const shown = this.#window().map((text) => `\u001b[2K${this.#fit(text)}\n`)
    const up = this.#drawn > 0 ? `\u001b[${this.#drawn}A` : ''
    process.stderr.write(up + shown.join(''))
    this.#drawn = shown.length
  }

  /** The lines that the screen has room for: those around the first cell that is not finished. */
  #window(): string[] {
    const room = Math.max(4, (process.stderr.rows ?? 24) - 2)
    const all = [...this.#lines]
    const text = ([cell, line]: [string, Line]) => this.#text(cell, line)
    if (all.length <= room) return all.map(text)
    const shown = room - 2
    const open = all.findIndex(([, { state }]) => state === 'running' || state === 'waiting')
    const from = Math.min(Math.max(0, (open < 0 ? all.length : open) - 1), all.length - shown)
    const dim = (text: string) => this.#terminal.paintMessage('dim', text)
    return [
      dim(`  … ${from} cells before`),
      ...all.slice(from, from + shown).map(text),
      dim(`  … ${all.length - shown - from} cells after`),
    ]
  }

  #text(cell: string, line: Line): string {
    const paint = this.#terminal.paintMessage
    const width = Math.min(28, Math.max(10, ...[...this.#lines.keys()].map(({ length }) => length)))
    const head = `${paint(colours[line.state], marks[line.state])} ${cell.padEnd(width)}`
    switch (line.state) {
      case 'waiting':
        return head
      case 'running': {
        const bar = line.total > 0 ? `${drawBar(line.done / line.total)} ${line.done}/${line.total}  ` : ''
        const elapsed = performance.now() - line.startedAt
        return `${head}  ${bar}${elapsed < 1000 ? '' : `${Math.floor(elapsed / 1000)} s  `}${paint('dim', line.note)}`
      }
      case 'ran':
        return `${head}  ran in ${formatDuration(line.ms)}`
      case 'skipped':
        return `${head}  skipped${line.note === '' ? '' : `: ${line.note}`}`
      default:
        return `${head}  ${line.state}`
    }
  }

  /** Cut to the width of the terminal: a line that wraps would break the redrawing. */
  #fit(text: string): string {
    const room = (process.stderr.columns ?? 80) - 1
    if (!this.#terminal.live || stripVTControlCharacters(text).length <= room) return text
    return `${stripVTControlCharacters(text).slice(0, room - 1)}…`
  }
}

function newLine(): Line {
  return { state: 'waiting', done: 0, total: 0, note: '', startedAt: 0, ms: 0 }
}

function drawBar(share: number): string {
  const full = Math.round(Math.min(1, Math.max(0, share)) * 20)
  return `${'█'.repeat(full)}${'░'.repeat(20 - full)}`
}
