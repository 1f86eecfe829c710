/** Weight of row i: `weight` f32 [n], or 0 where every row counts 1. */
// @ts-ignore: decorator
@inline
export function weightOf(weight: usize, i: i32): f64 {
  return weight == 0 ? 1.0 : <f64>load<f32>(weight + (<usize>i << 2))
}
