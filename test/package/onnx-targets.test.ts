import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { parse } from 'yaml'
import { digestBytes } from '../../src/base/digest.ts'
import type { JsonObject } from '../../src/base/json.ts'
import { type DaybookError, packageRun, verifyPackage } from '../../src/index.ts'
import { findOnnxEngine } from '../../src/package/onnx-engine.ts'
import { root } from '../root.ts'
import { plugins } from '../run/workshop.ts'
import { makeModel, unpacked } from './packed.ts'

const made = makeModel(t, { algorithm: 'algorithm: { use: gradient-boosting, with: { trees: 10 } }' })
const json = (folder: string, name: string): JsonObject => JSON.parse(readFileSync(join(folder, name), 'utf8'))

/** A folder in which no other package is found. */
function temporary(t: { teardown(work: () => void): unknown }): string {
  const folder = mkdtempSync(join(tmpdir(), 'daybook-alone-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** Sets the digests of a package's list anew, as one who changes a package on purpose would. */
function listAgain(folder: string, name: string, text: string): void {
  writeFileSync(join(folder, name), text)
  const list = json(folder, 'daybook-package.json') as { files: Record<string, string> }
  const digest = digestBytes(new TextEncoder().encode(text))
  writeFileSync(
    join(folder, 'daybook-package.json'),
    JSON.stringify({ ...list, files: { ...list.files, [name]: digest } }),
  )
}

t.test('onnx: a file, what goes in, examples and the certificate of the engine that scored it', async (t) => {
  const { record } = await made
  const folders = t.testdir({ own: {}, lie: {}, broken: {} })
  const folder = await unpacked(join(folders, 'own'), await made, 'onnx')
  const parity = json(folder, 'parity.json')
  t.match(parity, {
    model: record.result.model?.digest,
    bounds: { absolute: 1e-9, relative: 1e-9 },
    holdOut: { rows: record.result.split.rows.test, labelsDiffer: { count: 0 }, refusedApart: { count: 0 } },
    scoredBy: /^onnxruntime-(web|node) \d/,
  })
  t.ok(['identical', 'within'].includes(parity.verdict as string))
  t.match(json(folder, 'signature.json'), {
    model: record.result.model?.digest,
    form: 'blocks',
    inputs: [
      { name: 'income', type: 'double', shape: [-1, 1] },
      { name: 'debt', type: 'double', shape: [-1, 1] },
      { name: 'purpose', type: 'string', shape: [-1, 1] },
    ],
    outputs: [
      { name: 'label', type: 'string', shape: [-1] },
      { name: 'probabilities', type: 'double', shape: [-1, 2] },
      { name: 'valid', type: 'bool', shape: [-1] },
    ],
  })
  t.match(await verifyPackage(folder), { verdict: 'identical', examples: 24, faults: [], notes: [] })

  const lie = join(folders, 'lie')
  cpSync(folder, lie, { recursive: true })
  const examples = json(folder, 'examples.json') as unknown as { answer: { probabilities?: { yes: number } } }[]
  const at = examples.findIndex(({ answer }) => answer.probabilities !== undefined)
  const { probabilities } = (examples[at] as (typeof examples)[0]).answer
  if (probabilities !== undefined) probabilities.yes += 1e-6
  listAgain(lie, 'examples.json', JSON.stringify(examples))
  const found = await verifyPackage(lie)
  t.equal(found.verdict, 'different')
  t.match(found.faults[0], new RegExp(`^example ${at} was .* and is `))

  for (const [name, text] of [
    ['signature.json', '[]'],
    ['signature.json', '{"signature":{}}'],
    ['parity.json', '{}'],
    ['examples.json', '{'],
    ['model.onnx', 'no graph'],
  ] as const) {
    const broken = join(folders, 'broken')
    cpSync(folder, broken, { recursive: true })
    listAgain(broken, name, text)
    await t.rejects(verifyPackage(broken), { code: /^(PACKAGE_BROKEN|MODEL_CORRUPT)$/ }, `${name}: ${text}`)
  }
})

t.test('mlflow: what MLflow reads, one tensor a column, and equal bytes every time', async (t) => {
  const { store, record } = await made
  const folder = await unpacked(t.testdir(), await made, 'mlflow', ['python="3.12"'])
  const file = parse(readFileSync(join(folder, 'MLmodel'), 'utf8')) as JsonObject
  const digest = record.result.model?.digest as string
  t.match(file, {
    flavors: {
      onnx: { data: 'model.onnx' },
      python_function: {
        loader_module: 'mlflow.onnx',
        data: 'model.onnx',
        python_version: '3.12',
        env: { conda: 'conda.yaml', virtualenv: 'python_env.yaml' },
      },
    },
    metadata: { daybook_model: digest, daybook_pipeline: 'loans' },
    model_uuid: digest.slice(0, 32),
    model_size_bytes: readFileSync(join(folder, 'model.onnx')).length,
    utc_time_created: '1970-01-01 00:00:00.000000',
  })
  const { inputs, outputs } = file.signature as { readonly inputs: string; readonly outputs: string }
  t.same(JSON.parse(inputs), [
    { type: 'double', name: 'income', required: true },
    { type: 'double', name: 'debt', required: true },
    { type: 'string', name: 'purpose', required: true },
  ])
  t.same(
    (JSON.parse(outputs) as { name: string; type: string }[]).map(({ name, type }) => `${name}: ${type}`),
    ['label: string', 'probability_no: double', 'probability_yes: double', 'valid: boolean'],
  )
  t.match(parse(readFileSync(join(folder, 'conda.yaml'), 'utf8')), { name: 'loans', dependencies: ['python=3.12'] })
  t.match(parse(readFileSync(join(folder, 'python_env.yaml'), 'utf8')), { python: '3.12' })
  t.match(await verifyPackage(folder), { verdict: 'identical', examples: 24, notes: [] })
  const again = await packageRun(store, record, { target: 'mlflow', params: ['python="3.12"'], env: {} })
  for (const [path, bytes] of again) t.ok(readFileSync(join(folder, path)).equals(bytes), path)
})

t.test('a cell that ONNX cannot say is named', async (t) => {
  const { store, record } = await makeModel(t, {
    preprocess: `preprocess: [impute, { use: ${join(plugins, 'target-mean.js')} }, one-hot]`,
  })
  await t.rejects(packageRun(store, record, { target: 'onnx', env: {} }), {
    code: 'MODEL_NOT_ONNX',
    cell: 'target-mean',
  })
})

t.test('engines are looked for beside the page, then beside Daybook', async (t) => {
  const beside = await findOnnxEngine(root)
  t.match(beside?.label, /^onnxruntime-web \d/)
  const modules = join(temporary(t), 'node_modules')
  mkdirSync(join(modules, 'onnxruntime-node'), { recursive: true })
  writeFileSync(
    join(modules, 'onnxruntime-node', 'package.json'),
    '{ "name": "onnxruntime-node", "version": "9.9.9", "main": "index.js" }',
  )
  writeFileSync(join(modules, 'onnxruntime-node', 'index.js'), '')
  t.equal((await findOnnxEngine(join(modules, '..')))?.label, 'onnxruntime-node 9.9.9')
})

t.test('without an engine there is no proof, so no package; one that is there is not replayed', async (t) => {
  // A copy of Daybook with its dependencies, but for engines of ONNX.
  const alone = temporary(t)
  mkdirSync(join(alone, 'node_modules'))
  cpSync(join(root, 'dist', 'src'), join(alone, 'dist', 'src'), { recursive: true })
  cpSync(join(root, 'dist', 'plugins'), join(alone, 'dist', 'plugins'), { recursive: true })
  cpSync(join(root, 'package.json'), join(alone, 'package.json'))
  for (const name of ['@bufbuild', 'yaml', 'ajv', 'fflate', 'tar-stream', '@rollup', 'fast-deep-equal', 'fast-uri'])
    symlinkSync(join(root, 'node_modules', name), join(alone, 'node_modules', name))
  const { store } = await made
  const folder = await unpacked(join(alone, 'package'), await made, 'onnx')
  const program = `
    import { openStore, packageRun, verifyPackage } from ${JSON.stringify(join(alone, 'dist/src/index.js'))}
    const { verdict, examples, notes } = await verifyPackage(${JSON.stringify(folder)})
    const store = await openStore(${JSON.stringify(store.folder)})
    const record = await store.runs.resolve('latest')
    const wrong = await packageRun(store, record, { target: 'onnx', env: {} }).catch(({ code, hint }) => ({ code, hint }))
    process.stdout.write(JSON.stringify({ verdict, examples, notes, wrong }))`
  const said = execFileSync(process.execPath, ['--input-type=module', '--eval', program], {
    cwd: alone,
    encoding: 'utf8',
  })
  t.match(JSON.parse(said) as { wrong: DaybookError }, {
    verdict: 'identical',
    examples: 0,
    notes: [/not replayed: no engine of ONNX is installed/],
    wrong: { code: 'PACKAGE_NO_ENGINE', hint: /npm install onnxruntime-web/ },
  })
})
