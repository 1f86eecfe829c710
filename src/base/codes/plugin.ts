import { table } from './code.ts'

/** Codes of plugins: finding, loading, declaring them, and what they return. */
export const pluginCodes = table({
  PLUGIN_UNKNOWN: { message: 'there is no {kind} plugin `{id}`', exit: 2 },
  PLUGIN_WRONG_KIND: { message: '{use} is a plugin of kind {actual}, expected one of kind {kind}', exit: 2 },
  PLUGIN_INVALID: { message: 'plugin {plugin} is not usable: {reason}', exit: 2 },
  PLUGIN_LOAD_FAILED: { message: 'plugin {plugin} could not be loaded: {reason}', exit: 2 },
  PLUGIN_BAD_STATE: { message: 'plugin {plugin} returned a state that cannot be stored: {reason}', exit: 1 },
  PLUGIN_BAD_RESULT: { message: 'plugin {plugin} returned {got}, expected {expected}', exit: 1 },
  FIT_PARAM: { message: '`{param}` cannot be {value} here: {reason}', exit: 1 },
  FIT_ONE_CLASS: {
    message: 'every row to learn from is `{class}`: there is nothing to tell apart',
    hint: 'Look at the split and at the weights: rows of the other class are missing.',
    exit: 1,
  },
  FIT_NO_ROWS: { message: 'there is no row to learn from: {reason}', exit: 1 },
  FIT_TOO_FEW_ROWS: {
    message: '{clusters} clusters need as many rows that differ, and the training rows hold {distinct} of them',
    hint: 'Ask for fewer clusters.',
    exit: 1,
  },
  FIT_DIVERGED: {
    message: 'the loss is not finite any more in epoch {epoch}',
    hint: "Lower the optimizer's `learningRate`, or put a `standardize` cell before the algorithm.",
    exit: 1,
  },
  FIT_MONOTONE_CLASSES: {
    message: '{columns} cannot be monotone where {classes} classes are predicted: no one score can rise or fall',
    hint: 'Take `monotone` out of the page, or predict two classes.',
    exit: 1,
  },
  FIT_MONOTONE_BROKEN: {
    message: 'tree {tree} of the model does not keep the monotone promise of `{column}`: no model is given',
    hint: 'This is a fault of the algorithm, not of the data: please report it. Without `monotone` the model can be fitted.',
    exit: 1,
  },
  FIT_TARGET_RANGE: {
    message: 'the target has {count} values that the loss `{loss}` cannot take, such as {value}: expected {expected}',
    hint: 'Choose another `loss`, or take these rows out.',
    exit: 1,
  },
  PARAM_CONFLICT: { message: '`{param}` is {value}, expected {expected}', exit: 2 },
  STATE_CORRUPT: { message: 'a stored state cannot be read: {reason}', exit: 1 },
})
