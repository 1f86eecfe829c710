import { readFileSync } from 'node:fs'
import autocannon, { type Result } from 'autocannon'

/** One request, asked again and again. */
export interface Load {
  readonly url: string
  readonly body: unknown
  readonly connections: number
  readonly seconds: number
}

export interface LoadResult {
  /** Answers with status 200, a second. */
  readonly perSecond: number
  /** Milliseconds; under an open loop from when a request was due. */
  readonly p99: number
  readonly accepted: number
  /** Answered with 503. */
  readonly refused: number
  /** Not answered with 200, for whatever reason. */
  readonly failed: number
  /** Milliseconds from sending to answer, of the accepted alone. */
  readonly acceptedP99: number
}

/** Each connection asks again as soon as it was answered. */
export function closedLoop(load: Load): Promise<LoadResult> {
  return run(load, {})
}

/** So many requests a second come, whatever was answered. */
export function openLoop(load: Load, perSecond: number): Promise<LoadResult> {
  return run(load, { overallRate: perSecond })
}

async function run({ url, body, connections, seconds }: Load, rate: { overallRate?: number }): Promise<LoadResult> {
  const times: number[] = []
  let refused = 0
  const { latency, errors, timeouts, non2xx, duration } = await new Promise<Result>((done, failed) => {
    const asked = {
      url,
      connections,
      duration: seconds,
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      ...rate,
    } as const
    const instance = autocannon(asked, (error, result) => (error ? failed(error) : done(result)))
    instance.on('response', (_client, status, _bytes, time) => {
      if (status === 200) times.push(time)
      else if (status === 503) refused++
    })
  })
  times.sort((a, b) => a - b)
  return {
    perSecond: times.length / duration,
    p99: latency.p99,
    accepted: times.length,
    refused,
    failed: errors + timeouts + non2xx,
    acceptedP99: times[Math.floor(0.99 * times.length)] ?? Number.NaN,
  }
}

/** Asks once. @returns the status */
export async function askServer(url: string, body: unknown): Promise<number> {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  await answer.arrayBuffer()
  return answer.status
}

/** Resident memory of a process; NaN where the system does not tell. */
export function residentMb(pid: number): number {
  try {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024
  } catch {
    return Number.NaN
  }
}
