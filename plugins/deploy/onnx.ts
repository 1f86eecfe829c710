import { defineDeploy } from 'daybook/plugin'

/** The model as an ONNX file. */
export default defineDeploy({
  id: 'onnx',
  version: 1,
  summary: 'Writes the model, preprocessing included, as one ONNX file.',
  description:
    'What goes in and comes out stands in `signature.json` and in docs/onnx.md. Before anything is written, an engine of ONNX scores the hold-out and made-up rows: `onnxruntime-web` or `onnxruntime-node` has to be installed beside the page. `parity.json` says how near its numbers are.',
  params: {},
  async deploy(_, { packaging, write }) {
    const files = await packaging.onnx()
    for (const [path, bytes] of files) await write(path, bytes)
    return { bytes: files.get('model.onnx')?.length ?? 0 }
  },
})
