/**
 * The WebAssembly as text that compresses well: what `pkg/module-text.mjs` writes, back into a module.
 *
 * A compressor learns what follows what, and in a module an instruction, the number of a local and an
 * address follow each other, which have nothing in common. So each kind stands in a text of its own, in
 * the order in which the instructions need them. All are printable ASCII, and none needs an escape in a
 * string or in HTML.
 */

/** Where each text stands. The last ones are the operands that instructions of that kind have. */
export const SECTIONS = 0;
export const HEADS = 1;
export const CODES = 2;
export const BLOCK = 3;
export const LABEL = 4;
export const CALL = 5;
export const LOCAL = 6;
export const GLOBAL = 7;
export const OFFSET = 8;
export const SPELLED = 9;
export const ADDRESS = 10;
export const NUMBER = 11;
export const TEXTS = 12;

/** Codes of instructions. WebAssembly has none of the two that mean one in full, and a constant that is an address. */
export const END = 0x0b;
export const IN_FULL = 0x27;
export const CONST_ADDRESS = 0x40;
export const CONST = 0x41;

/** The kind of an instruction's operand, by its code; 0 when it has none. */
export const KINDS = new Uint8Array(256);
for (const [kind, first, count] of [
  [BLOCK, 0x02, 3],
  [LABEL, 0x0c, 2],
  [CALL, 0x10, 1],
  [LOCAL, 0x20, 3],
  [GLOBAL, 0x23, 2],
  [SPELLED, IN_FULL, 1],
  [OFFSET, 0x28, 23],
  [ADDRESS, CONST_ADDRESS, 1],
  [NUMBER, CONST, 1],
]) {
  KINDS.fill(kind, first, first + count);
}

/** Where Rust's data begin: its stack lies below. */
export const DATA = 2 ** 20;

export const SEPARATOR = 95;

/** The characters that stand for numbers, in the order of their values. Below `LAST`, one ends a number. */
export const SIGNS = [];
for (let sign = 32; sign < 127; sign++) if (!'"$<\\`_'.includes(String.fromCharCode(sign))) SIGNS.push(sign);
export const LAST = 72;
export const MORE = SIGNS.length - LAST;

/** In the text of the data most characters mean themselves. From this one on they begin a number; the last is 0. */
export const PREFIX = 123;
export const ZERO = 126;

export function fromText(text) {
  const signs = new TextEncoder().encode(text);
  const values = new Uint8Array(128);
  SIGNS.forEach((sign, value) => (values[sign] = value));

  /** Where the next number of each text stands. */
  const next = [];
  let at = 0;
  for (let kind = 0; kind < TEXTS; kind++) {
    next.push(at);
    at = signs.indexOf(SEPARATOR, at) + 1;
  }
  const take = (kind) => {
    for (let high = 0; ; ) {
      const value = values[signs[next[kind]++]];
      if (value < LAST) return high * LAST + value;
      high = high * MORE + value - LAST + 1;
    }
  };

  const bytes = new Uint8Array(2 ** 17);
  let length = 0;
  const copy = (kind, count) => {
    for (; count; count--) bytes[length++] = take(kind);
  };
  /** Leaves room for a size, and fills it in when what it is the size of is there. */
  const sized = (make) => {
    const start = (length += 3);
    make();
    const size = length - start;
    bytes.set([size | 128, (size >> 7) | 128, size >> 14], start - 3);
  };

  const instructions = () => {
    const recent = [];
    for (let depth = 1; depth; ) {
      const code = take(CODES);
      const kind = KINDS[code];
      let number = kind && take(kind);
      if (kind == SPELLED) {
        copy(kind, number);
        continue;
      }
      bytes[length++] = code;
      if (!kind) {
        if (code == END) depth--;
        continue;
      }
      if (kind == LOCAL) {
        // Told by how many others were used since. At first each has as many before it as its number.
        const local = recent[number] ?? number;
        for (; number; number--) recent[number] = recent[number - 1] ?? number - 1;
        recent[0] = number = local;
      } else if (kind == BLOCK) depth++;
      else if (kind == OFFSET) bytes[length++] = 0;
      else if (kind >= ADDRESS) {
        if (kind == ADDRESS) {
          bytes[length - 1] = CONST;
          number += DATA;
        } else number = number & 1 ? ~(number >>> 1) : number >>> 1;
        for (; number > 63 || number < -64; number >>= 7) bytes[length++] = number | 128;
        number &= 127;
      }
      for (; number > 127; number >>= 7) bytes[length++] = number | 128;
      bytes[length++] = number;
    }
  };

  const [, endOfSections, endOfHeads] = next;
  while (next[SECTIONS] < endOfSections - 1) copy(SECTIONS, 1);
  bytes[length++] = 10;
  sized(() => {
    copy(HEADS, 2);
    while (next[HEADS] < endOfHeads - 1) {
      sized(() => {
        copy(HEADS, take(HEADS));
        instructions();
      });
    }
  });
  bytes[length++] = 11;
  sized(() => {
    for (; at < signs.length; at++) {
      const sign = signs[at];
      bytes[length++] = sign < PREFIX ? sign : sign == ZERO ? 0 : (sign - PREFIX) * SIGNS.length + values[signs[++at]];
    }
  });
  return bytes.subarray(0, length);
}
