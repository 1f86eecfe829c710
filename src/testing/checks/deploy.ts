import { isAbsolute, posix } from 'node:path'
import { canonicalJson } from '../../base/canonical.ts'
import type { Json, JsonObject } from '../../base/json.ts'
import type { Packaging } from '../../plugin/api.ts'
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

/** Building blocks of a model that does not exist: what a target makes of them is looked at, not what they hold. */
const standIn: Packaging = {
  module: async () =>
    new Map(['index.js', 'model.js', 'index.d.ts', 'examples.json', 'parity.json'].map((path) => [path, bytes(path)])),
  onnx: async () =>
    new Map([
      ['model.onnx', bytes('model.onnx')],
      ['signature.json', bytes('{ "inputs": [], "outputs": [] }')],
      ['examples.json', bytes('[]')],
      ['parity.json', bytes('{}')],
    ]),
  server: async () => bytes('server'),
  examples: async () => [{ row: { income: 1 }, answer: { prediction: 'yes', probabilities: { no: 0.25, yes: 0.75 } } }],
  zip: async (files) => bytes([...files.keys()].join(' ')),
  tarball: async (files) => bytes([...files.keys()].join(' ')),
  image: async ({ layers }) =>
    new Map([
      ['oci-layout', bytes('{}')],
      ['index.json', bytes(`${layers.length}`)],
    ]),
}

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

async function deploy(subject: Subject<'deploy'>, params: JsonObject): Promise<Deployed> {
  const files = new Map<string, Uint8Array | string>()
  const said: JsonObject = await subject.call('deploy', () =>
    subject.plugin.deploy(params, {
      ...subject.context(params),
      name: 'conformance',
      model: { digest: '0'.repeat(64), task: 'binary', manifest: {} },
      signature: { columns: [], task: 'binary', classes: ['no', 'yes'], target: 'y', output: 'probabilities' },
      packaging: standIn,
      write: async (path, content) => void files.set(path, content),
    }),
  )
  return { files, said }
}
