import { digestBytes, digestJson } from '../../src/base/digest.ts'
import type { Json } from '../../src/base/json.ts'
import type { RunRecord } from '../../src/store/index.ts'

/** A record of a small run, for tests of what is kept and shown. */
export function recordOf(id: string, pipeline: string, status: RunRecord['status'] = 'ok', auc = 0.8): RunRecord {
  const result: RunRecord['result'] = {
    page: { name: pipeline },
    inputs: [],
    split: { assignment: '', rows: {}, keys: {} },
    folds: [],
    cells: [],
    metrics: { train: {}, test: { auc } },
    gates: [],
    model: null,
  }
  return {
    format: 1,
    id,
    pipeline,
    status,
    digest: digestJson(result as unknown as Json),
    result,
    page: { text: `name: ${pipeline}`, digest: digestBytes(`name: ${pipeline}`) },
    overrides: [],
    error: null,
    warnings: [],
    observed: {
      startedAt: '2026-01-01T00:00:00.000Z',
      finishedAt: '2026-01-01T00:00:01.000Z',
      durationMs: 1000,
      tool: 'daybook',
      node: 'v20',
      os: 'linux',
      arch: 'x64',
      cpu: '',
      cpus: 1,
      threads: 1,
      user: '',
      command: '',
      cells: [],
      pageFile: 'page.yaml',
      inputs: [],
      plugins: [],
      lockfile: null,
      v8: '11',
      icu: '75',
      timeZone: 'UTC',
      locale: 'en-US',
    },
    previous: null,
  }
}
