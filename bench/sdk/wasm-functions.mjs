/** How many bytes each function of a WebAssembly module takes, by its name in the module's name section. */

const CODE = 10
const FUNCTION_NAMES = 1

/** `[name, bytes]` of each function that has code. The module must hold names. */
export function functions(bytes) {
  const names = functionNames(new WebAssembly.Module(bytes))
  const imported = WebAssembly.Module.imports(new WebAssembly.Module(bytes)).filter(({ kind }) => kind === 'function').length
  return sizes(bytes).map((size, at) => [names.get(imported + at) ?? 'no name', size])
}

function sizes(bytes) {
  const at = reader(bytes, 8)
  while (at.offset < bytes.length) {
    const section = at.byte()
    const end = at.number() + at.offset
    if (section !== CODE) {
      at.offset = end
      continue
    }
    return Array.from({ length: at.number() }, () => {
      const size = at.number()
      at.offset += size
      return size
    })
  }
  throw new Error('the module has no code')
}

function functionNames(module) {
  const [section] = WebAssembly.Module.customSections(module, 'name')
  if (!section) throw new Error('the module has no names')
  const bytes = new Uint8Array(section)
  const at = reader(bytes, 0)
  while (at.offset < bytes.length) {
    const kind = at.byte()
    const end = at.number() + at.offset
    if (kind === FUNCTION_NAMES) {
      return new Map(Array.from({ length: at.number() }, () => [at.number(), at.text()]))
    }
    at.offset = end
  }
  throw new Error('the names are not those of functions')
}

/** Reads numbers as WebAssembly writes them (LEB128). */
function reader(bytes, offset) {
  return {
    offset,
    byte() {
      return bytes[this.offset++]
    },
    number() {
      let value = 0
      for (let shift = 0; ; shift += 7) {
        const byte = this.byte()
        value += (byte & 0x7f) * 2 ** shift
        if (byte < 0x80) return value
      }
    },
    text() {
      const length = this.number()
      this.offset += length
      return new TextDecoder().decode(bytes.subarray(this.offset - length, this.offset))
    },
  }
}
