import type {
  OnnxAttribute,
  OnnxGraph,
  OnnxInput,
  OnnxNodeOptions,
  OnnxTensor,
  OnnxType,
  OnnxValues,
} from '../../plugin/api.ts'
import { domainOf, LEAST_VERSION, ML_DOMAIN, ML_VERSION, resultOf, versionOf } from './operators.ts'
import { type GraphFile, type GraphNode, type Initializer, typeCodes, type ValueInfo } from './wire.ts'

/** Constants of at most so many values are looked up before they are stored again. */
const SMALL = 64

/** One column of a block. */
interface BlockColumn {
  readonly block: OnnxTensor
  readonly at: number
  readonly width: number
}

/** Nodes of the graph or of the body of a loop, and the columns that became tensors of their own there. */
interface Scope {
  readonly nodes: GraphNode[]
  readonly columns: Map<string, string>
}

/**
 * Builds an ONNX graph. Names of tensors are the cell at work, the operator and a number: equal calls give equal graphs.
 * Columns of blocks are lazy, so that cells which work on all their columns at once (scaling, features) make one node, not
 * one a column.
 */
export class GraphBuilder implements OnnxGraph {
  readonly #names = new Set<string>()
  readonly #initializers: Initializer[] = []
  readonly #known = new Map<string, OnnxTensor>()
  readonly #inputs: ValueInfo[] = []
  readonly #outputs: ValueInfo[] = []
  readonly #blockColumns = new Map<string, BlockColumn>()
  readonly #scopes: Scope[] = [{ nodes: [], columns: new Map() }]
  readonly #refused: OnnxTensor[] = []
  readonly #cannot: (cell: string, reason: string) => Error
  #version = LEAST_VERSION
  #usesMl = false
  #cell = 'model'

  /** `cannot` makes the error for what a cell cannot say. */
  constructor(cannot: (cell: string, reason: string) => Error) {
    this.#cannot = cannot
  }

  /** The cell whose nodes come next: part of their names, and of errors. */
  enter(cell: string): void {
    this.#cell = cell
  }

  /** An input of the graph, [rows, width]; with `width` null [rows], which flows on as [rows, 1]. */
  input(name: string, type: OnnxType, width: number | null = 1): OnnxTensor {
    this.#names.add(name)
    this.#inputs.push({ name, type, shape: width === null ? ['rows'] : ['rows', width] })
    return width === null ? this.reshape({ name, type }, [-1, 1]) : { name, type }
  }

  /** Makes a tensor an output of the graph under this name. */
  output(name: string, tensor: OnnxTensor, shape: readonly (number | string)[]): void {
    if (this.#names.has(name)) throw new TypeError(`the graph has a tensor ${name} already`)
    this.#names.add(name)
    const inputs = [this.#nameOf(tensor)]
    this.#scope.nodes.push({ operator: 'Identity', domain: '', inputs, outputs: [name], attributes: {} })
    this.#outputs.push({ name, type: tensor.type, shape })
  }

  /** What {@link refuseRows} was told. */
  get refused(): readonly OnnxTensor[] {
    return this.#refused
  }

  get domains(): readonly (readonly [string, number])[] {
    return [['', this.#version] as const, ...(this.#usesMl ? [[ML_DOMAIN, ML_VERSION] as const] : [])]
  }

  /** The finished graph. */
  file(name: string): GraphFile {
    return {
      name,
      nodes: this.#scope.nodes,
      initializers: this.#initializers,
      inputs: this.#inputs,
      outputs: this.#outputs,
    }
  }

  constant(values: OnnxValues, shape: readonly number[]): OnnxTensor {
    const type = typeOfValues(values)
    const size = shape.reduce((product, length) => product * length, 1)
    if (size !== values.length) throw new TypeError(`a constant of ${values.length} values has no shape [${shape}]`)
    const key = values.length <= SMALL ? keyOf(type, values, shape) : undefined
    const known = key === undefined ? undefined : this.#known.get(key)
    if (known !== undefined) return known
    const tensor = { name: this.#fresh('constant'), type }
    this.#initializers.push({ name: tensor.name, type, shape, values })
    if (key !== undefined) this.#known.set(key, tensor)
    return tensor
  }

  node(operator: string, inputs: readonly OnnxInput[], options: OnnxNodeOptions = {}): OnnxTensor {
    const first = operator === 'Where' ? inputs[1] : inputs[0]
    const type = options.type ?? resultOf(operator) ?? this.#typeOf(first as OnnxInput, inputs)
    return this.nodes(operator, inputs, [type], options)[0] as OnnxTensor
  }

  nodes(
    operator: string,
    inputs: readonly OnnxInput[],
    types: readonly OnnxType[],
    { attributes = {} }: OnnxNodeOptions = {},
  ): readonly OnnxTensor[] {
    const names = inputs.map((input) => this.#nameOf(this.#tensorOf(input, inputs)))
    return this.#add(operator, names, types, attributes)
  }

  cast(tensor: OnnxTensor, type: OnnxType): OnnxTensor {
    if (tensor.type === type) return tensor
    return this.node('Cast', [tensor], { type, attributes: { to: { int: typeCodes[type] } } })
  }

  reshape(tensor: OnnxTensor, shape: readonly number[]): OnnxTensor {
    return this.node('Reshape', [tensor, BigInt64Array.from(shape, (length) => BigInt(length))])
  }

  stack(columns: readonly OnnxTensor[]): OnnxTensor {
    const [first] = columns
    if (first === undefined) throw new TypeError('nothing to stack')
    const places = columns.map(({ name }) => this.#blockColumns.get(name))
    const block = places[0]?.block
    if (block !== undefined && places.every((place) => place?.block.name === block.name)) {
      const at = places.map((place) => (place as BlockColumn).at)
      if (at.length === places[0]?.width && at.every((place, i) => place === i)) return block
      if (at.length > 1) return this.#gather(block, at)
    }
    if (columns.length === 1) return first
    return this.node('Concat', columns, { attributes: { axis: { int: 1 } } })
  }

  unstack(block: OnnxTensor, width: number): readonly OnnxTensor[] {
    if (width === 1) return [block]
    return Array.from({ length: width }, (_, at) => {
      const column = { name: this.#fresh('column'), type: block.type }
      this.#blockColumns.set(column.name, { block, at, width })
      return column
    })
  }

  loop(
    times: number,
    states: readonly OnnxTensor[],
    body: (states: readonly OnnxTensor[]) => { readonly states: readonly OnnxTensor[]; readonly goesOn: OnnxTensor },
  ): readonly OnnxTensor[] {
    const starts = states.map((state) => this.#nameOf(state))
    const turn: ValueInfo = { name: this.#fresh('turn'), type: 'int64', shape: [] }
    const condition: ValueInfo = { name: this.#fresh('condition'), type: 'bool', shape: [] }
    const own = states.map(({ type }) => ({ name: this.#fresh('state'), type }))
    this.#scopes.push({ nodes: [], columns: new Map() })
    const given = body(own)
    // Outputs of a body are tensors of its own, each under its own name.
    const outputs = [given.goesOn, ...given.states].map((tensor) => {
      const [output] = this.#add('Identity', [this.#nameOf(tensor)], [tensor.type], {}) as [OnnxTensor]
      return { name: output.name, type: output.type }
    })
    const { nodes } = this.#scopes.pop() as Scope
    const graph = { name: this.#fresh('body'), nodes, initializers: [], inputs: [turn, condition, ...own], outputs }
    const trips = this.constant(BigInt64Array.of(BigInt(times)), [])
    const begin = this.constant([true], [])
    return this.#add(
      'Loop',
      [trips.name, begin.name, ...starts],
      states.map(({ type }) => type),
      { body: { graph } },
    )
  }

  refuseRows(condition: OnnxTensor): void {
    this.#refused.push(condition)
  }

  cannot(reason: string): never {
    throw this.#cannot(this.#cell, reason)
  }

  get #scope(): Scope {
    return this.#scopes.at(-1) as Scope
  }

  #add(
    operator: string,
    inputs: readonly string[],
    types: readonly OnnxType[],
    attributes: Readonly<Record<string, OnnxAttribute | { readonly graph: GraphFile }>>,
  ): readonly OnnxTensor[] {
    const domain = domainOf(operator)
    if (domain === ML_DOMAIN) this.#usesMl = true
    else this.#version = Math.max(this.#version, versionOf(operator))
    const outputs = types.map((type) => ({ name: this.#fresh(operator), type }))
    this.#scope.nodes.push({ operator, domain, inputs, outputs: outputs.map(({ name }) => name), attributes })
    return outputs
  }

  #fresh(what: string): string {
    const name = `${this.#cell}/${what}_${this.#names.size}`
    if (!this.#names.has(name)) {
      this.#names.add(name)
      return name
    }
    this.#names.add(`${name}+`) // moves the number on: a raw column bears this name
    return this.#fresh(what)
  }

  /** The tensor's name; a column of a block becomes a tensor of its own where it is first used. */
  #nameOf({ name }: OnnxTensor): string {
    const place = this.#blockColumns.get(name)
    if (place === undefined) return name
    for (const scope of this.#scopes) {
      const known = scope.columns.get(name)
      if (known !== undefined) return known
    }
    const own = this.#gather(place.block, [place.at]).name
    this.#scope.columns.set(name, own)
    return own
  }

  #gather(block: OnnxTensor, places: readonly number[]): OnnxTensor {
    const indices = BigInt64Array.from(places, (place) => BigInt(place))
    return this.node('Gather', [block, indices], { attributes: { axis: { int: 1 } } })
  }

  #tensorOf(input: OnnxInput, all: readonly OnnxInput[]): OnnxTensor {
    if (typeof input === 'number') {
      const type = this.#typeOf(input, all)
      if (type === 'int64') return this.constant(BigInt64Array.of(BigInt(input)), [])
      return this.constant(type === 'float' ? Float32Array.of(input) : Float64Array.of(input), [])
    }
    return ArrayBuffer.isView(input) ? this.constant(input, [input.length]) : input
  }

  #typeOf(input: OnnxInput, all: readonly OnnxInput[]): OnnxType {
    if (typeof input !== 'number') return ArrayBuffer.isView(input) ? typeOfValues(input) : input.type
    for (const other of all) {
      if (typeof other === 'number') continue
      const type = this.#typeOf(other, all)
      if (type !== 'bool') return type
    }
    return 'double'
  }
}

function typeOfValues(values: OnnxValues): OnnxType {
  if (values instanceof Float32Array) return 'float'
  if (values instanceof Float64Array) return 'double'
  if (values instanceof BigInt64Array) return 'int64'
  return typeof values[0] === 'boolean' ? 'bool' : 'string'
}

function keyOf(type: OnnxType, values: OnnxValues, shape: readonly number[]): string {
  const shown = Array.from(values as ArrayLike<unknown>, (value) =>
    Object.is(value, -0) ? '-0' : typeof value === 'string' ? JSON.stringify(value) : String(value),
  )
  return `${type} ${shape.join('x')} ${shown.join(',')}`
}
