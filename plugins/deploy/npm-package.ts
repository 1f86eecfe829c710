import type { DeployContext, Example, JsonObject } from 'daybook/plugin'

/** Params of targets that hold an npm package. */
export const npmParams = {
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
} as const

interface NpmParams {
  readonly package: string
  readonly version: string
  readonly license: string
}

/** An npm package: its name and its files. */
export interface NpmPackage {
  readonly name: string
  readonly files: ReadonlyMap<string, Uint8Array>
}

/** The model as the files of an npm package. */
export async function npmPackage(
  { package: given, version, license }: NpmParams,
  { name, model, packaging }: Pick<DeployContext<JsonObject>, 'name' | 'model' | 'packaging'>,
): Promise<NpmPackage> {
  const packageName = given === '' ? `${name}-model` : given
  const module = await packaging.module()
  const json = {
    name: packageName,
    version,
    description: `The model of ${name}: raw row in, prediction out.`,
    license,
    type: 'module',
    exports: { '.': { types: './index.d.ts', default: './index.js' }, './package.json': './package.json' },
    types: './index.d.ts',
    files: [...module.keys()],
    engines: { node: '>=20' },
    daybook: { model: model.digest },
  }
  const text = new TextEncoder()
  const files = new Map([
    ...module,
    ['package.json', text.encode(`${JSON.stringify(json, null, 2)}\n`)],
    ['README.md', text.encode(readme(packageName, name, model, await packaging.examples()))],
  ])
  return { name: packageName, files }
}

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
