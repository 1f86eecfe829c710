import { table } from './code.ts'

/** Codes of the page: its text, its structure, its params, and the page against what plugins declare. */
export const specCodes = table({
  // The file
  SPEC_FILE_MISSING: { message: 'there is no file {file}', exit: 2 },
  SPEC_FILE_UNREADABLE: { message: '{file} cannot be read: {reason}', exit: 2 },
  SPEC_FILE_TOO_LARGE: {
    message: '{file} has {bytes} bytes, a page has at most {limit}',
    hint: 'Keep data in files of their own and name them with `path:`.',
    exit: 2,
  },
  SPEC_NOT_UTF8: { message: 'the page is not UTF-8 text: {reason}', hint: 'Save it as UTF-8.', exit: 2 },
  SPEC_EMPTY: { message: 'the page is empty', hint: '`daybook init` writes one that runs.', exit: 2 },

  // YAML
  SPEC_YAML: { message: 'this is not YAML: {reason}', exit: 2 },
  SPEC_TAB: { message: 'a tab stands where YAML takes spaces alone', hint: 'Indent with spaces.', exit: 2 },
  SPEC_TOO_DEEP: {
    message: 'the page nests deeper than {limit} levels',
    hint: 'Close brackets that were opened, or nest less.',
    exit: 2,
  },
  SPEC_TOO_MANY_VALUES: {
    message: 'the page holds more than {limit} words and signs',
    hint: 'Keep data in files of their own.',
    exit: 2,
  },
  SPEC_SEVERAL_DOCUMENTS: {
    message: 'the file holds more than one document',
    hint: 'Keep one page a file: take out `---`.',
    exit: 2,
  },
  SPEC_DIRECTIVE: {
    message: 'a page has no YAML directives',
    hint: 'Take this line out: pages are YAML 1.2.',
    exit: 2,
  },
  SPEC_DUPLICATE_KEY: {
    message: '`{key}` stands here twice: first in line {line}',
    hint: 'Keep one of the two.',
    exit: 2,
  },
  SPEC_FORBIDDEN_KEY: { message: '`{key}` cannot be a key', hint: 'Choose another name.', exit: 2 },
  SPEC_BAD_KEY: {
    message: 'a key is {got}, expected text',
    hint: 'Write `name: value`, with a word before the colon.',
    exit: 2,
  },
  SPEC_TAG: { message: 'the tag `{tag}` is not known here', hint: 'Write the value without a tag.', exit: 2 },
  SPEC_UNKNOWN_ALIAS: {
    message: 'there is no anchor `&{name}` before this alias',
    hint: 'Put the anchor on an earlier value, or quote the text if it is one.',
    exit: 2,
  },
  SPEC_ALIAS_CYCLE: {
    message: 'the alias `*{name}` stands inside what it stands for',
    hint: 'Write the value out.',
    exit: 2,
  },
  SPEC_ALIAS_BOMB: {
    message: 'aliases blow the page up to more than {limit} values',
    hint: 'Write out what is needed, with fewer aliases.',
    exit: 2,
  },
  SPEC_BAD_NUMBER: {
    message: '{text} cannot be held as a number: {reason}',
    hint: 'Write a finite number, or quote it if it is text.',
    exit: 2,
  },

  // Structure
  SPEC_NOT_A_MAP: {
    message: 'the page is {got}, expected a map of sections',
    hint: 'Start with `daybook: 1` and `name: …`.',
    exit: 2,
  },
  SPEC_UNKNOWN_KEY: { message: '`{key}` is not a key of {section}', exit: 2 },
  SPEC_MISSING_KEY: { message: '`{key}` is missing in {section}, expected {expected}', exit: 2 },
  SPEC_BAD_VALUE: { message: '`{key}` is {got}, expected {expected}', exit: 2 },
  SPEC_UNKNOWN_PARAM: { message: '`{param}` is not a parameter of {plugin}', exit: 2 },
  SPEC_MISSING_PARAM: { message: '{plugin} needs the parameter `{param}`: {expected}', exit: 2 },
  SPEC_BAD_PARAM: { message: '`{param}` of {plugin} is {got}, expected {expected}', exit: 2 },
  SPEC_BAD_OVERRIDE: { message: '`--set {text}` cannot be applied: {reason}', exit: 2 },

  // `${env:NAME}` and files
  SPEC_ENV_UNSET: {
    message: 'the environment variable {name} is not set',
    hint: 'Set it before the command.',
    exit: 2,
  },
  SPEC_ENV_NOT_ALLOWED: {
    message: 'an environment variable cannot stand in `{key}`',
    hint: '`${env:NAME}` may stand where a parameter is a location or a secret: what a page says is the same on every machine.',
    exit: 2,
  },
  SPEC_LITERAL_SECRET: {
    message: '`{param}` of {plugin} is a secret and stands here in clear',
    hint: 'Put it into an environment variable and write `${env:NAME}`.',
    exit: 2,
  },
  SPEC_LITERAL_CREDENTIALS: {
    message: '`{param}` of {plugin} is a location with a password or a token in clear',
    hint: 'Put it into an environment variable and write `${env:NAME}` in its place.',
    exit: 2,
  },
  SPEC_NO_DATA_FILE: { message: 'there is no file {path}', exit: 2 },

  // Cells
  SPEC_DUPLICATE_CELL: { message: 'there are two cells `{id}`', hint: 'Name one of them with `id:`.', exit: 2 },
  SPEC_RESERVED_CELL: {
    message: '`{id}` is the name of a cell that every page has',
    hint: 'Choose another name.',
    exit: 2,
  },
  SPEC_LISTED_TWICE: {
    message: '{use} is listed twice with the same parameters',
    hint: 'Keep one of the two.',
    exit: 2,
  },
  SPEC_UNKNOWN_WARNING: { message: '`{warning}` is no warning of Daybook', exit: 2 },
  SPEC_UNKNOWN_CELL: { message: 'there is no cell `{id}`', exit: 2 },
  SPEC_UNUSED_CELL: { message: 'nothing takes up the cell `{id}`', exit: 2 },
  SPEC_CYCLE: {
    message: 'cells are made from each other: {cells}',
    hint: 'Break the circle: rows come from a source.',
    exit: 2,
  },
  SPEC_FROM_NEEDED: {
    message: '{plugin} is made from other cells',
    hint: 'Name them: `from: [a, b]`, with `a` and `b` under `cells:`.',
    exit: 2,
  },
  SPEC_FROM_NOT_TAKEN: {
    message: '{plugin} is a source and takes no `from`',
    hint: 'Take `from` out, or choose a plugin that joins cells.',
    exit: 2,
  },

  // The page against what plugins declare
  SPEC_NO_TARGET: {
    message: '{algorithm} learns from a target, and the page names none',
    hint: 'Add `target: <column>` to `data:`.',
    exit: 2,
  },
  SPEC_TARGET_NOT_TAKEN: {
    message: '{algorithm} learns without a target',
    hint: 'Take `target` out, and give the column `role: protected`: it is looked at and never learned from.',
    exit: 2,
  },
  SPEC_TARGET_USED: {
    message: '{plugin} is fitted to the target, and {algorithm} learns without one',
    hint: 'Take the cell out, or choose one that does not see the target.',
    exit: 2,
  },
  SPEC_TARGET_CONFLICT: { message: 'the target `{column}` {conflict}', exit: 2 },
  SPEC_COLUMN_CONFLICT: { message: '`{column}` {conflict}', exit: 2 },
  SPEC_SPLIT_CONFLICT: { message: '{reason}', exit: 2 },
  SPEC_OPTIMIZER_NOT_TAKEN: {
    message: '{algorithm} is not trained by an optimizer',
    hint: 'Take `optimizer` out.',
    exit: 2,
  },
  SPEC_OPTIMIZER_NEEDED: { message: '{algorithm} is trained by an optimizer, and the page names none', exit: 2 },
  SPEC_COMPRESS_MISMATCH: { message: '{compress} cannot make a {algorithm} smaller: it takes {taken}', exit: 2 },
  SPEC_METRIC_TASK: { message: '{metric} measures {measured}; this page is about {task}', exit: 2 },
  SPEC_METRIC_NEEDS: { message: '{metric} needs {needs}, and {algorithm} gives {gives}', exit: 2 },
  SPEC_TASK: { message: '{algorithm} learns {learned}; this page is about {task}', exit: 2 },
  SPEC_CELL_TASK: { message: '{plugin} is for {taken}; this page is about {task}', exit: 2 },
  SPEC_GATE_METRIC: { message: 'a gate on `{metric}`, which nobody computes', exit: 2 },
  SPEC_ONE_FOLD: {
    message: '`folds: 1` leaves no rows to learn from',
    hint: 'Write 0 for none, or at least 2; 5 is usual.',
    exit: 2,
  },
  SPEC_GATE_FOLDS: {
    message: 'a gate on folds, and there are none',
    hint: 'Add `folds: 5` to `evaluate:`, or take `on: folds` out.',
    exit: 2,
  },
  SPEC_GATE_BOUNDS: {
    message: 'no value passes this gate: atLeast {atLeast} is above atMost {atMost}',
    hint: 'Swap the two, or take one out.',
    exit: 2,
  },
  SPEC_APPROVAL_KEY: {
    message: '`{key}` stands for no public key: {reason}',
    hint: 'Write the id of a key, or the path of its `.pub` file from the folder of the page.',
    exit: 2,
  },
  SPEC_APPROVALS_UNMET: {
    message: 'nobody can give the approval by {role}: each approval is by another key',
    hint: 'Name further keys under `keys:`.',
    exit: 2,
  },
  SPEC_MONOTONE_NOT_KEPT: { message: '`{column}` is promised to be monotone, and {plugin} {reason}', exit: 2 },
  SPEC_COLUMNS_NOT_TAKEN: {
    message: '{plugin} takes columns of type {taken}, and `{column}` is of type {type}',
    exit: 2,
  },
  SPEC_COLUMN_TWICE: { message: '{plugin} makes a column `{column}`, and there is one of that name', exit: 2 },
  SPEC_NO_COLUMNS: { message: '`{selector}` selects no column', exit: 2 },
  SPEC_NOT_A_FEATURE: { message: '`{column}` is {role}, and preprocess cells see features alone', exit: 2 },
  SPEC_TYPE_NOT_TAKEN: { message: '{plugin} cannot take columns of type {type}: {columns}', exit: 2 },
  SPEC_MISSING_NOT_TAKEN: { message: '{plugin} cannot take missing values: {columns}', exit: 2 },
  SPEC_NO_FEATURES: {
    message: 'no feature is left for {algorithm}',
    hint: 'The data has no other column than key, target and those with a role, or cells dropped them.',
    exit: 2,
  },
})
