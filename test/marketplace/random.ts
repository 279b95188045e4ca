/**
 * sfc32, "small fast counting" generator of Chris Doty-Humphrey's PractRand 0.93 (public domain; file
 * src/RNGs/sfc.cpp), seeded as there: counter 1, first rounds thrown away. Same seeds, same numbers, on every
 * machine: nothing here but 32-bit integer arithmetic.
 */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  constructor(a: number, b = 0, c = 0) {
    this.#a = a | 0;
    this.#b = b | 0;
    this.#c = c | 0;
    for (let i = 0; i < 15; i++) this.next();
  }

  /** 0 … 2^32 − 1 */
  next(): number {
    const t = (((this.#a + this.#b) | 0) + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + t) | 0;
    return t >>> 0;
  }

  /** [0, 1) */
  unit(): number {
    return this.next() / 4294967296;
  }

  /** 0 … n − 1 */
  below(n: number): number {
    return Math.floor((this.next() / 4294967296) * n);
  }

  chance(p: number): boolean {
    return this.next() < p * 4294967296;
  }

  of<T>(list: readonly T[]): T {
    return list[this.below(list.length)] as T;
  }
}

/** A hash of one 32-bit integer: lowbias32 of Chris Wellons' hash-prospector (public domain). */
export function mix(n: number): number {
  let x = n | 0;
  x ^= x >>> 16;
  x = Math.imul(x, 0x7feb352d);
  x ^= x >>> 15;
  x = Math.imul(x, 0x846ca68b);
  x ^= x >>> 16;
  return x >>> 0;
}

/** A number that depends on the seed, a purpose and an index only, so that any thread can ask for it. */
export function hashOf(seed: number, purpose: number, index: number): number {
  return mix(mix(mix(seed) ^ (purpose * 0x9e3779b1)) ^ index);
}
