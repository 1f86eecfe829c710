// Letter classes and lower-casing of Unicode 17.0.0, pinned here: an engine's own tables change with its version, and a model
// must read a text the same way everywhere. Derived from the properties Letter, Mark and Number and from the simple
// (one to one) lower-case mappings. All numbers are in base 36.

/**
 * Code points that words are made of, ascending, as `gap` or `gap-more`: a range starts `gap` after the end of the one
 * before and goes on for `more` code points.
 */
const wordRanges = `
  1c-9 8-p 7-p 1c 8-1 2 4-1 2-2 2-m 2-u 2-cp 5-b f-4 8 2 i-38 2-1 3-3 2 7 2-2 2 2-j 2-2a 2-3u 2-4s 2-11 3 7-14 9-18 2
  2-1 2-1 2 9-q 5-3 u-a 6-21 5-2t 2-7 3-9 2-i 3 h-1m 3-2s f-1h 5 3 3-19 j-r 5-a 6-n 2-6 8-22 2-3k 3-9 2-i 2-7 3-1 3-l
  2-6 2 4-3 3-8 3-1 3-3 9 5-1 2-4 3-b 3-5 3 2 3-2 2-5 5-1 3-l 2-6 2-1 2-1 2-1 3 2-4 5-1 3-2 4 8-3 2 8-f c-2 2-8 2-2 2-l
  2-6 2-1 2-4 3-9 2-2 2-2 3 g-3 3-9 a-6 2-2 2-7 3-1 3-l 2-6 2-1 2-4 3-8 3-1 3-2 8-2 5-1 2-4 3-9 2-6 b-1 2-5 4-2 2-3 4-1
  2 2-1 4-1 4-2 4-b 5-4 4-2 2-3 3 7 f-c e-c 2-2 2-m 2-f 3-8 2-2 2-3 8-1 2-2 2-1 3-3 3-9 9-6 2-3 2-7 2-2 2-m 2-9 2-4 3-8
  2-2 2-3 8-1 6-2 2-3 3-9 2-2 d-c 2-2 2-1e 2-2 2-4 6-f 3-i 2-5 2-2 2-h 4-n 2-8 2 3-6 4 5-5 2 2-7 7-9 3-1 e-1l 6-e 2-9
  14-1 2 2-4 2-n 2 2-m 3-4 2 2-6 2-9 3-3 x o-1 7-j 2 2 2 5-9 2-z 5-j 2-h 2-z a 1m-21 7-25 3-11 2 6 3-16 2-98 2-3 3-6 2
  2-3 3-14 2-3 3-w 2-3 3-6 2 2-3 3-e 2-1k 2-3 3-1u 3-2 a-j 4-f h-2d 3-5 4-h7 3-g 2-p 6-22 4-a 8-l a-l c-j d-c 2-2 2-1
  d-2b 4 5-1 3-9 7-9 i-2 2-a 7-2g 8-16 6-1x b-u 2-b 5-b b-13 3-4 c-17 5-p 7-a 12-r 5-1q 2-s 3-a 7-9 e 9-19 3-b l-24 4-9
  i-8 d-37 d-1j 9-9 4-1c 3-a 6-16 3-2 h-2 2-12 6-et 3-5 3-11 3-5 3-7 2 2 2 2-u 3-1g 2-6 2 4-2 2-6 4-3 3-5 5-c 6-2 2-6
  38-1 3-5 6-a 7-c 1g-w i 5 3-9 2 4-4 7 2 2 2-3 2-a 3-3 6-4 5 2-1l k7-1n 27-l hj-t vh-6c 7-8 a 3-11 2 6 3-1j 8 g-n a-6
  2-6 2-6 2-6 2-6 2-6 2-6 2-6 2-v 1c d2-2 q-e 2-4 3-4 5-2d 3-1 3-2 2-2h 2-3 6-16 2-2l 4-3 b-v 1d-f x-9 v-7 2-e x-9 14-e
  8x-533 1t-h3g 1w-19 3-7g 4-r l-1e 2-9 2-36 12-8 3-2u 3-29 l-1i 5 4-5 b-1f d-1x b-9 7-n 4 2-1c 3-z d-s 4-1s f-a 7-u
  2-1i a-d 3-9 7-m 4-20 p-2 3-f 3-4 b-5 3-5 3-5 a-6 2-6 2-16 2-d 7-3e 2-1 3-9 7-8mb d-m 5-1c 6it-a5 3-2x 13-6 d-4 6-b
  2-c 2-4 2 2-1 2-1 2-2z y-a2 j-1r 3-1h 15-b 5-f h-f 1t-4 2-3q k-9 8-p 7-p c-2g 4-5 3-5 3-5 3-2 10-b 2-p 2-i 2-1 2-e 3-d
  z-3e d-18 d-1k i-1 36 3n-s 4-1c g-r 5-z a-t 6-16 6-t 3-z 5-7 2-4 17-4d 3-9 7-z 5-z 5-13 9-1f d-a 2-e 2-6 2-1 2-a 2-e
  2-6 2-1 4-1f d-8m a-l b-7 p-5 2-15 2-8 1y-5 3 2-17 2-1 4 3-m 3-u 3-11 9-8 1d-i 2-1 6-w 5-p 7-p 13-1j 5-j 3-1d 2-1 6-7
  2-2 2-s 3-2 5-9 o-u 2-v x-7 2-t 5-4 h-1h b-l 3-q 6-p o-6 29-20 1k-1e e-1e 8-19 9-9 7-11 4-4 2-m 63-u 2-15 2-1 4-1 h-5
  1f-19 9-10 s-l 17-r l-m a-1y c-z a-1n 8 e-o 8-9 7-1g 2-9 5-3 9-z 3 a-1w 5-3 2-c 2 5-j c-h 2-10 7-3 1r-6 2 2-3 2-e 2-9
  8-1m 6-9 7-3 2-7 3-1 3-l 2-6 2-1 2-4 2-9 3-1 3-2 3 7 6-6 3-6 4-4 c-9 2 3 2-11 2-9 2 3 2-3 2-7 e-1 u-22 6-9 5-3 v-1x 2
  9-9 4n-1h 3-8 o-5 z-1s 4 c-9 13-1k 8-9 7-j t-q 3-e 5-b 5-6 56-1m 2u-2a d-7 3 3-7 2-1 2-t 2-1 3-8 d-9 1z-7 3-19 3-7 2-1
  s-1q 9 9-21 4 j-20 2w-7 2h-w g-9 7-8 2-18 2-8 g-s 6-t 3-l 2-d 22-6 2-1 2-17 4 2-1 2-8 9-9 7-5 2-1 2-10 2-1 2-5 8-9
  7-17 5-9 6v-m a-g 2-14 4-4 e-a 2e g-k 18-pl 2v-32 i-5f 219-2o g-tr h-l b-32y 6-g6 5a2-1l 1c7-fs 8-u 2-9 7-26 2-9 7-t
  3-4 c-1i a-3 d-9 2-6 2-k 6-i c1-18 4-9 5j-2e a-o 3-o 19-22 5-1k 8-g 1t-1 2-1 c-6 a-5p1 16-v 2q-36 6pq-3 2-6 2-1 2-82 g
  u-2 3 f-3 9-az 1s5-2y 6-c 4-8 8-9 4-1 382-9 ef-19 3-m f3-4 4-5 9-7 3-6 v-3 45-2 3g-j d-j 31-o 3s-2c 2-1y 2-1 3 3-1 3-3
  2-b 2 2-6 2-1s 2-3 3-7 2-6 2-r 2-3 2-4 2 4-6 2-9f 3-o 2-o 2-u 2-o 2-u 2-o 2-u 2-o 2-u 2-o 2-7 3-1d e9-1i 5-1d 9 f n-4
  2-e up-u 7-5 5y-6 2-g 3-6 2-1 2-4 6-1p y 35-18 4-d 3-9 5 8y-u i-1l d3-15 5z-16 5i-u 2-l 9-1 69-6 2-3 2-1 2-e 2-5g 3-f
  16-23 5-9 m0-1m 2-2 2-3 25-18 2-e 5f-3 2-q 2-1 2 3 2-9 2-3 2 2 7 5 2 2 2-2 2-1 2 3 2 2 2 2 2-1 2 3-3 2-6 2-3 2-3 2 2-9
  2-g 6-2 2-4 2-g g5-c 25g-9 sn-wyn x-3dp 3-4gd 3-5rk g-h9 1wj-f1 15v-3t6 6-6jt f62v-6n
`

/**
 * Lower-case mappings, ascending, as `gap>up` or `gap<down`: the code point `gap` after the one before becomes the one that
 * is so far up or down. `gap-more` says the same of the `more` code points that follow, `gap=more` of every second one.
 */
const caseRuns = `
  1t-p>w 2u-m>w 2-6>w y=n>1 2<5j 2=2>1 3=7>1 3=m>1 2<3d 1=2>1 4>5u 1=1>1 2>5q 1>1 2-1>5p 1>1 3>27 1>5m 1>5n 1>1 2>5p
  1>5r 2>5v 1>5t 1>1 4>5v 1>5x 2>5y 1=2>1 2>62 1>1 2>62 3>1 2>62 1>1 2-1>61 1=1>1 2>63 1>1 4>1 8>2 1>1 2>2 1>1 2>2 1=8>1
  3=8>1 3>2 1=1>1 2<2p 1<1k 1=j>1 2<3m 2=8>1 8>8bv 1>1 2<4j 1>8bs 3>1 2<5f 1>1x 1>1z 1=4>1 82=1>1 4>1 9>38 7>12 2-2>11
  2>1s 2-1>1r 2-g>w 2-8>w 10>8 9=b>1 6<1o 3>1 2<7 1>1 3-2<3m 1-f>28 1-v>w 1d=g>1 a=q>1 2>f 1=6>1 3=1b>1 3-11>1c
  28a-11>5ls 2>5ls 6>5ls k3-27>tzk 1-5>8 1p0>1 7-16<2bk 3-2<2bk 8x=22>1 a<5vj 2=1b>1 a-7<8 9-5<8 b-7<8 9-7<8 9-5<8 c=3<8
  9-7<8 p-7<8 9-7<8 9-7<8 9-1<8 1-1<22 1<9 c-3<2e 1<9 c-1<8 1-1<2s d-1<8 1-1<34 1<7 c-1<3k 1-1<3i 1<9 8a<5st 4<6gv 1<6di
  7>s 1a-f>g k>1 mr-p>q 1f5-1b>1c 1d>1 2<8af 1<2xy 1<89z 3=2>1 2<8bg 1<8al 1<8bj 1<8bi 2>1 3>1 9-1<8cf 1=1d>1 9=1>1 5>1
  nym=m>1 k=d>1 3s=6>1 4=u>1 b=1>1 2<r9g 1=4>1 5>1 2<wmg 3=1>1 4=9>1 2<wn8 1<wnj 1<wnf 1<wn5 1<wn8 2<wlu 1<wmi 1<wlx
  1>ps 1=7>1 2<1c 1<wn7 1<raw 1=1>1 2<wo7 1=7>1 2<wu9 p>1 h7w-p>w xy-13>14 3t-z>14 4d-a>13 2-e>13 2-6>13 2-1>13
  1d7-1e>1s 4e-l>w 27v-v>w gw1-v>w 1t-o>r o5k-x>y
`

const basic = 0x10000

/** 1 where a code point of the basic plane is part of a word. */
const isBasicWord = new Uint8Array(basic)

/** Ranges of word characters beyond the basic plane: start and end, ascending. */
const highRanges: (readonly [number, number])[] = []

/** Lower case of a code point of the basic plane. */
const basicLower = Uint16Array.from({ length: basic }, (_, code) => code)

const highLower = new Map<number, number>()

readRanges()
readRuns()

/** Is this code point part of a word: a letter, a mark or a digit of any script? */
export function isWordCharacter(code: number): boolean {
  if (code < basic) return isBasicWord[code] === 1
  return highRanges.some(([start, end]) => code >= start && code <= end)
}

/** The lower case of a code point, itself where it has none. */
export function lowerCase(code: number): number {
  return code < basic ? (basicLower[code] as number) : (highLower.get(code) ?? code)
}

/** All ranges of word characters, ascending: first and last code point of each. */
export function rangesOfWords(): readonly (readonly [number, number])[] {
  const ranges: [number, number][] = []
  for (let code = 0; code < basic; code++) {
    if (isBasicWord[code] === 0) continue
    const last = ranges.at(-1)
    if (last !== undefined && last[1] === code - 1) last[1] = code
    else ranges.push([code, code])
  }
  return [...ranges, ...highRanges]
}

function readRanges(): void {
  let last = 0
  for (const range of wordRanges.trim().split(/\s+/)) {
    const [gap, more] = range.split('-').map(base36) as [number, number | undefined]
    const start = last + gap
    last = start + (more ?? 0)
    if (last < basic) isBasicWord.fill(1, start, last + 1)
    else highRanges.push([start, last])
  }
}

function readRuns(): void {
  let code = 0
  for (const run of caseRuns.trim().split(/\s+/)) {
    const [, gap, every, more, sign, distance] = /^(\w+)(?:([-=])(\w+))?([<>])(\w+)$/.exec(run) as RegExpExecArray
    code += base36(gap as string)
    const shift = sign === '<' ? -base36(distance as string) : base36(distance as string)
    const step = every === '=' ? 2 : 1
    const end = code + (more === undefined ? 0 : base36(more) * step)
    for (; code <= end; code += step) {
      if (code < basic) basicLower[code] = code + shift
      else highLower.set(code, code + shift)
    }
    code = end
  }
}

function base36(digits: string): number {
  return Number.parseInt(digits, 36)
}
