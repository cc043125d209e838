/**
 * Writes a WebAssembly module as the text that `src/module-text.js` reads. For the build alone.
 *
 * The module that is read means the same: sizes take three bytes there, and the hints how memory is
 * aligned, which change nothing, are gone.
 */

import {
  ADDRESS, BLOCK, CODES, CONST_ADDRESS, DATA, HEADS, IN_FULL, KINDS, LAST, LOCAL, MORE, NUMBER, OFFSET, PREFIX, SECTIONS,
  SEPARATOR, SIGNS, SPELLED, TEXTS, ZERO, fromText,
} from "./src/module-text.js";

const CODE_SECTION = 10;
const DATA_SECTION = 11;

/** Numbers below this are the locals that functions may have. */
const LOCALS = 256;

/** The text, which was read once to see that it gives the same module. */
export function toText(wasm) {
  const text = write(wasm);
  const read = fromText(text);
  if (!WebAssembly.validate(read) || write(read) != text) throw new Error("The module's text does not give the module back.");
  return text;
}

function write(wasm) {
  const numbers = Array.from({ length: TEXTS }, () => []);
  const reader = new Reader(wasm);
  let data;
  for (reader.at = 8; reader.at < wasm.length; ) {
    const start = reader.at;
    const section = reader.byte();
    const end = reader.unsigned() + reader.at;
    if (section == CODE_SECTION) {
      numbers[SECTIONS].push(...wasm.subarray(0, start));
      const from = reader.at;
      const count = reader.unsigned();
      if (reader.at != from + 2) throw new Error(`The module has ${count} functions: the reader expects 128 to 16,383.`);
      numbers[HEADS].push(...reader.since(from));
      for (let at = 0; at < count; at++) addFunction(reader, numbers);
    } else if (section == DATA_SECTION) {
      data = Array.from(wasm.subarray(reader.at, end), dataSigns).join("");
    } else if (numbers[HEADS].length) throw new Error(`The module has a section ${section} behind its code.`);
    reader.at = end;
  }
  const texts = numbers.map((list) => list.map(signs).join(""));
  return [...texts, data].join(String.fromCharCode(SEPARATOR));
}

function addFunction(reader, numbers) {
  const end = reader.unsigned() + reader.at;
  const head = reader.at;
  for (let groups = reader.unsigned(); groups; groups--) {
    reader.unsigned();
    reader.byte();
  }
  numbers[HEADS].push(reader.at - head, ...reader.since(head));
  const recent = Array.from({ length: LOCALS }, (_, local) => local);
  while (reader.at < end) {
    const start = reader.at;
    const code = reader.byte();
    if (passOther(code, reader)) {
      numbers[CODES].push(IN_FULL);
      numbers[SPELLED].push(reader.at - start, ...reader.since(start));
      continue;
    }
    const [shown, kind, number] = operand(code, reader, recent);
    numbers[CODES].push(shown);
    if (kind) numbers[kind].push(number);
  }
}

/** An instruction's operand, if it has one: the code that tells of it, its kind, and the number that stands for it. */
function operand(code, reader, recent) {
  const kind = KINDS[code];
  if (!kind) return [code];
  if (kind == NUMBER) {
    const number = reader.signed();
    const address = number - DATA;
    return address >= 0 && address < 2 ** 16 ? [CONST_ADDRESS, ADDRESS, address] : [code, kind, number < 0 ? -2 * number - 1 : 2 * number];
  }
  if (kind == OFFSET) reader.unsigned();
  const number = reader.unsigned();
  if (kind == BLOCK && number > 127) throw new Error("A block has a type that takes two bytes.");
  if (kind != LOCAL) return [code, kind, number];
  const age = recent.indexOf(number);
  if (age < 0) throw new Error(`A function has more than ${LOCALS} locals.`);
  recent.splice(age, 1);
  recent.unshift(number);
  return [code, kind, age];
}

/** How many numbers follow each of the instructions that begin with 0xFC. */
const AFTER_FC = { 8: 2, 9: 1, 10: 2, 11: 1, 12: 2, 13: 1, 14: 2, 15: 1, 16: 1, 17: 1 };

/** Reads the operands of the rarer instructions, which are spelled out. */
function passOther(code, reader) {
  const pass = (count) => {
    for (; count > 0; count--) reader.unsigned();
    return true;
  };
  switch (code) {
    case 0x0e: // br_table
      return pass(reader.unsigned() + 1);
    case 0x11: // call_indirect
      return pass(2);
    case 0x1c: // select of a type
      return pass(reader.unsigned());
    case 0x25: // table.get, table.set, memory.size, memory.grow, i64.const, ref.null, ref.func
    case 0x26:
    case 0x3f:
    case 0x40:
    case 0x42:
    case 0xd0:
    case 0xd2:
      return pass(1);
    case 0x43: // f32.const
      return (reader.at += 4);
    case 0x44: // f64.const
      return (reader.at += 8);
    case 0xfc:
      return pass(AFTER_FC[reader.unsigned()] ?? 0);
  }
}

function signs(number) {
  const more = [SIGNS[number % LAST]];
  for (let high = Math.floor(number / LAST); high > 0; high = Math.floor(high / MORE)) {
    high--;
    more.unshift(SIGNS[LAST + (high % MORE)]);
  }
  return String.fromCharCode(...more);
}

function dataSigns(byte) {
  if (byte == 0) return String.fromCharCode(ZERO);
  if (byte < PREFIX && SIGNS.includes(byte)) return String.fromCharCode(byte);
  return String.fromCharCode(PREFIX + Math.floor(byte / SIGNS.length), SIGNS[byte % SIGNS.length]);
}

export class Reader {
  at = 0;

  constructor(bytes) {
    this.bytes = bytes;
  }

  since(start) {
    return this.bytes.subarray(start, this.at);
  }

  byte() {
    return this.bytes[this.at++];
  }

  unsigned() {
    let number = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = this.byte();
      number += (byte & 127) * scale;
      if (byte < 128) return number;
    }
  }

  /** Of 32 bits. */
  signed() {
    let number = 0;
    for (let shift = 0; ; ) {
      const byte = this.byte();
      number |= (byte & 127) << shift;
      shift += 7;
      if (byte < 128) return shift < 32 && byte & 64 ? number | (-1 << shift) : number;
    }
  }
}
