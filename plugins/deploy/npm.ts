import { defineDeploy, type Example, type JsonObject } from 'daybook/plugin'

/** The model as an npm package: an ES module that imports nothing, with types. */
export default defineDeploy({
  id: 'npm',
  version: 1,
  summary: 'Packs the model as an npm package: a typed ES module without dependencies, for Node and browsers.',
  description:
    'Code, states and kernels lie inside, so `npm install ./folder` works without a network and `score(row)` gives the bits that the run gave. `parity.json` says what it was held against, `examples.json` holds made-up rows with their answers.',
  params: {
    package: {
      type: 'string',
      pattern: '^$|^(@[a-z0-9-][a-z0-9-._]*/)?[a-z0-9-][a-z0-9-._]*$',
      maxLength: 214,
      default: '',
      description: 'Name of the package. Without it: the name of the pipeline and `-model`.',
      examples: ['@acme/loan-model'],
    },
    version: {
      type: 'string',
      pattern: '^\\d{1,9}\\.\\d{1,9}\\.\\d{1,9}(-[0-9A-Za-z.-]{1,64})?$',
      default: '1.0.0',
      description: 'Version of the package.',
      examples: ['1.2.0'],
    },
    license: {
      type: 'string',
      minLength: 1,
      maxLength: 100,
      default: 'UNLICENSED',
      description: 'Licence, as an SPDX expression. The default keeps all rights.',
      examples: ['Apache-2.0'],
    },
  },
  async deploy({ package: given, version, license }, { name, model, packaging, write }) {
    const packageName = given === '' ? `${name}-model` : given
    const files = await packaging.module()
    for (const [path, bytes] of files) await write(path, bytes)
    const json = {
      name: packageName,
      version,
      description: `The model of ${name}: raw row in, prediction out.`,
      license,
      type: 'module',
      exports: { '.': { types: './index.d.ts', default: './index.js' }, './package.json': './package.json' },
      types: './index.d.ts',
      files: [...files.keys()],
      engines: { node: '>=20' },
      daybook: { model: model.digest },
    }
    await write('package.json', `${JSON.stringify(json, null, 2)}\n`)
    await write('README.md', readme(packageName, name, model, await packaging.examples()))
    return { package: `${packageName}@${version}`, files: files.size + 2 }
  },
})

function readme(
  packageName: string,
  name: string,
  model: { readonly digest: string; readonly task: string },
  examples: readonly Example[],
): string {
  const { row = {}, answer = {} } = examples.find((one) => !('error' in one.answer)) ?? {}
  return `# ${packageName}

The model of the pipeline \`${name}\` (${model.task}), made by Daybook. It imports nothing and asks no network.

\`\`\`js
import { score, scoreBatch, signature } from "${packageName}"

score(${pretty(row)})
// ${JSON.stringify(answer)}
\`\`\`

- \`score(row)\` answers one row, \`scoreBatch(rows)\` many. A row that the model cannot take throws an error with a \`code\` and a message that names the column.
- \`signature\` says what the model takes and gives; \`index.d.ts\` says it to TypeScript.
- \`examples.json\` holds made-up rows with their answers, \`parity.json\` what the package was held against before it was written.
- Model \`${model.digest}\`. \`daybook verify FOLDER\` checks this package.
`
}

function pretty(row: JsonObject): string {
  return JSON.stringify(row, null, 2)
}
