import { defineDeploy } from 'daybook/plugin'

/** The model as a directory that MLflow loads. */
export default defineDeploy({
  id: 'mlflow',
  version: 1,
  summary: 'Writes a directory that MLflow loads and scores, by its ONNX flavor.',
  description:
    '`mlflow.pyfunc.load_model(folder).predict(frame)` takes a data frame of the raw columns: numbers as doubles, dates as milliseconds since 1970, all else as text (truths as `true` and `false`, missing texts as the empty one). It gives a column an answer: the label, a number a class, and `valid`, which is false where the row cannot be scored. `onnxruntime-web` or `onnxruntime-node` has to be installed beside the page to prove it.',
  params: {
    python: {
      type: 'string',
      pattern: '^3\\.\\d{1,2}(\\.\\d{1,3})?$',
      default: '3.11',
      description: 'Python that MLflow makes environments with.',
      examples: ['3.11', '3.12.4'],
    },
  },
  async deploy({ python }, { name, model, packaging, write }) {
    const files = await packaging.onnx({ form: 'columns' })
    for (const [path, bytes] of files) await write(path, bytes)
    const onnx = files.get('model.onnx')
    const { inputs, outputs } = JSON.parse(new TextDecoder().decode(files.get('signature.json'))) as Tensors
    await write(
      'MLmodel',
      `flavors:
  onnx:
    code: null
    data: model.onnx
    onnx_session_options: null
    onnx_version: ${versions.onnx}
    providers:
    - CPUExecutionProvider
  python_function:
    data: model.onnx
    env:
      conda: conda.yaml
      virtualenv: python_env.yaml
    loader_module: mlflow.onnx
    python_version: '${python}'
metadata:
  daybook_model: '${model.digest}'
  daybook_pipeline: '${name}'
mlflow_version: ${versions.mlflow}
model_size_bytes: ${onnx?.length ?? 0}
model_uuid: ${model.digest.slice(0, 32)}
signature:
  inputs: ${quoted(columnsOf(inputs))}
  outputs: ${quoted(columnsOf(outputs))}
  params: null
utc_time_created: '1970-01-01 00:00:00.000000'
`,
    )
    await write(
      'conda.yaml',
      `name: '${name}'
channels:
- conda-forge
dependencies:
- python=${python}
- pip
- pip:
${requirements.map((line) => `  - ${line}\n`).join('')}`,
    )
    await write(
      'python_env.yaml',
      `python: '${python}'
build_dependencies:
- pip
- setuptools
- wheel
dependencies:
- -r requirements.txt
`,
    )
    await write('requirements.txt', requirements.map((line) => `${line}\n`).join(''))
    return { flavor: 'onnx', bytes: onnx?.length ?? 0 }
  },
})

/** Lowest versions that the file is written for. */
const versions = { mlflow: '3.1.0', onnx: '1.17.0' }

/** MLflow hands texts of pandas 3 on in a form that the engine does not take, unless their type is `object`. */
const requirements = [
  `mlflow-skinny>=${versions.mlflow},<4`,
  `onnx>=${versions.onnx},<2`,
  'onnxruntime>=1.20,<2',
  'pandas<3',
]

interface Tensors {
  readonly inputs: readonly Tensor[]
  readonly outputs: readonly Tensor[]
}

interface Tensor {
  readonly name: string
  readonly type: string
}

/** Names that MLflow has for element types of ONNX. */
const types: Readonly<Record<string, string>> = { double: 'double', string: 'string', int64: 'long', bool: 'boolean' }

/** MLflow's list of columns, which is a text of JSON inside of the YAML. */
function columnsOf(tensors: readonly Tensor[]): string {
  return JSON.stringify(tensors.map(({ name, type }) => ({ type: types[type], name, required: true })))
}

/** As a text of YAML in single quotes; JSON may write all signs beyond ASCII by their numbers. */
function quoted(json: string): string {
  const ascii = json.replace(/[^ -~]/g, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`)
  return `'${ascii.replaceAll("'", "''")}'`
}
