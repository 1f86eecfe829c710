import { table } from './code.ts'

/** Codes of packages: what is shipped of a model. */
export const packageCodes = table({
  PACKAGE_NOT_SELF_CONTAINED: {
    message: 'the model cannot be packed: its plugins need {modules}, which a package does not bring along',
    hint: 'Score it by `daybook serve`, or change the plugin so that its scoring needs nothing but the language.',
    exit: 1,
  },
  PACKAGE_NO_CODE: {
    message: 'the model cannot be packed: its set of plugins does not say where the code of {plugin} is',
    hint: 'Its author adds `module` to the set.',
    exit: 1,
  },
  PACKAGE_NOT_EQUAL: {
    message: 'the package does not answer as the model does: {row} gets {package}, the model says {model}',
    hint: 'Nothing was written. This is a fault of Daybook or of a plugin: please report it with the page.',
    exit: 1,
  },
  PACKAGE_BROKEN: { message: 'the package cannot be loaded: {reason}', exit: 4 },
  PACKAGE_NO_ENGINE: {
    message: 'an ONNX file cannot be held against the model, since no engine of ONNX is installed',
    hint: 'Install one beside the page: `npm install onnxruntime-web` (or `onnxruntime-node`). Without proof no package is written.',
    exit: 1,
  },
  PACKAGE_NO_MODEL: {
    message: 'the package cannot be opened here: {reason}',
    hint: 'Packages of the targets npm, docker and lambda can, with the plugins that come with Daybook.',
    exit: 1,
  },
  PACKAGE_NO_ROWS: {
    message: 'run {run} cannot be packed: {what} is no longer in the store',
    hint: 'Run the page again: what is missing is made anew.',
    exit: 1,
  },
  PACKAGE_EXISTS: {
    message: '{folder} is there already and is not empty',
    hint: 'Name a folder that is empty or not there yet.',
    exit: 2,
  },
})
