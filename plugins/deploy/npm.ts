import { defineDeploy } from 'daybook/plugin'
import { npmPackage, npmParams } from './npm-package.ts'

/** The model as an npm package: an ES module that imports nothing, with types. */
export default defineDeploy({
  id: 'npm',
  version: 1,
  summary: 'Packs the model as an npm package: a typed ES module without dependencies, for Node and browsers.',
  description:
    'Code, states and kernels lie inside, so `npm install ./folder` works without a network and `score(row)` gives the bits that the run gave. `parity.json` says what it was held against, `examples.json` holds made-up rows with their answers.',
  params: npmParams,
  async deploy(params, ctx) {
    const { name, files } = await npmPackage(params, ctx)
    for (const [path, bytes] of files) await ctx.write(path, bytes)
    return { package: `${name}@${params.version}`, files: files.size }
  },
})
