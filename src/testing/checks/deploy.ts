import { isAbsolute, posix } from 'node:path'
import { canonicalJson } from '../../base/canonical.ts'
import type { Json, JsonObject } from '../../base/json.ts'
import type { Check } from '../finding.ts'
import { fingerprint } from '../fingerprint.ts'
import type { Subject } from '../subject.ts'

/** What a deployment gave: its files by path, and what it said. */
interface Deployed {
  readonly files: ReadonlyMap<string, Uint8Array | string>
  readonly said: JsonObject
}

export function deployChecks(subject: Subject<'deploy'>): Check[] {
  const params = subject.generalParams
  if (params === undefined)
    return [{ name: 'there are params to deploy with', run: () => ['pass the option `params`'] }]
  return [
    {
      name: 'deploying twice gives the same files',
      async *run() {
        const [one, two] = [await deploy(subject, params), await deploy(subject, params)]
        if (fingerprint(one) !== fingerprint(two)) yield 'files or answer of two deployments differ'
      },
    },
    {
      name: 'files stay inside the folder of the target, and the answer is plain JSON',
      async *run() {
        const { files, said } = await deploy(subject, params)
        for (const path of files.keys())
          if (isAbsolute(path) || path.includes('\\') || posix.normalize(path) !== path || path.startsWith('..'))
            yield `path \`${path}\` is not a plain relative one`
        canonicalJson(said as Json)
      },
    },
  ]
}

async function deploy(subject: Subject<'deploy'>, params: JsonObject): Promise<Deployed> {
  const files = new Map<string, Uint8Array | string>()
  const said: JsonObject = await subject.call('deploy', () =>
    subject.plugin.deploy(params, {
      ...subject.context(params),
      name: 'conformance',
      model: { digest: '0'.repeat(64), task: 'binary', manifest: {} },
      signature: { columns: [], task: 'binary', classes: ['no', 'yes'], target: 'y', output: 'probabilities' },
      write: async (path, content) => void files.set(path, content),
    }),
  )
  return { files, said }
}
