/**
 * Reads MessagePack (github.com/msgpack/msgpack, spec.md), as far as events of engines need it: integers beyond 2^53 become
 * bigints, maps have names as keys, extensions are passed over as `undefined`. Throws at what is none, or is deeper or longer
 * than its bytes can hold.
 */

export type Packed = null | boolean | number | bigint | string | Uint8Array | undefined | readonly Packed[] | PackedMap;
export interface PackedMap {
  readonly [name: string]: Packed;
}

const deepest = 16;

export function unpacked(bytes: Uint8Array): Packed {
  const reader = new Reader(bytes);
  const value = reader.value(0);
  if (!reader.isAtEnd) throw new Error("there is more than one value");
  return value;
}

class Reader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get isAtEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  value(depth: number): Packed {
    if (depth > deepest) throw new Error("it is nested too deeply");
    const type = this.#bytes[this.#skip(1)] as number;
    if (type < 0x80) return type;
    if (type < 0x90) return this.#map(type & 0x0f, depth);
    if (type < 0xa0) return this.#list(type & 0x0f, depth);
    if (type < 0xc0) return this.#text(type & 0x1f);
    if (type >= 0xe0) return type - 0x100;
    return this.#typed(type, depth);
  }

  #typed(type: number, depth: number): Packed {
    switch (type) {
      case 0xc0:
        return null;
      case 0xc2:
        return false;
      case 0xc3:
        return true;
      case 0xc4:
      case 0xc5:
      case 0xc6:
        return this.#raw(this.#size(type - 0xc4));
      case 0xc7:
      case 0xc8:
      case 0xc9:
        return this.#passOver(1 + this.#size(type - 0xc7));
      case 0xca:
        return this.#bytes.readFloatBE(this.#skip(4));
      case 0xcb:
        return this.#bytes.readDoubleBE(this.#skip(8));
      case 0xcc:
      case 0xcd:
      case 0xce:
        return this.#size(type - 0xcc);
      case 0xcf:
        return safe(this.#bytes.readBigUInt64BE(this.#skip(8)));
      case 0xd0:
        return this.#bytes.readInt8(this.#skip(1));
      case 0xd1:
        return this.#bytes.readInt16BE(this.#skip(2));
      case 0xd2:
        return this.#bytes.readInt32BE(this.#skip(4));
      case 0xd3:
        return safe(this.#bytes.readBigInt64BE(this.#skip(8)));
      case 0xd4:
      case 0xd5:
      case 0xd6:
      case 0xd7:
      case 0xd8:
        return this.#passOver(1 + 2 ** (type - 0xd4));
      case 0xd9:
      case 0xda:
      case 0xdb:
        return this.#text(this.#size(type - 0xd9));
      case 0xdc:
      case 0xdd:
        return this.#list(this.#size(type - 0xdc + 1), depth);
      case 0xde:
      case 0xdf:
        return this.#map(this.#size(type - 0xde + 1), depth);
      default:
        throw new Error("a type is not known");
    }
  }

  /** Moves on by `length`, and returns where it was. */
  #skip(length: number): number {
    const at = this.#at;
    if (at + length > this.#bytes.length) throw new Error("it ends too early");
    this.#at = at + length;
    return at;
  }

  /** Of 1, 2 or 4 bytes, by `power`. */
  #size(power: number): number {
    const length = 2 ** power;
    return this.#bytes.readUIntBE(this.#skip(length), length);
  }

  #raw(length: number): Uint8Array {
    const at = this.#skip(length);
    return this.#bytes.subarray(at, at + length);
  }

  #passOver(length: number): undefined {
    this.#skip(length);
  }

  #text(length: number): string {
    const at = this.#skip(length);
    return this.#bytes.toString("utf8", at, at + length);
  }

  #list(length: number, depth: number): readonly Packed[] {
    // Each has a byte at least, so that a length that is none allocates nothing.
    if (length > this.#bytes.length - this.#at) throw new Error("it ends too early");
    const list: Packed[] = [];
    for (let index = 0; index < length; index++) list.push(this.value(depth + 1));
    return list;
  }

  #map(length: number, depth: number): PackedMap {
    if (2 * length > this.#bytes.length - this.#at) throw new Error("it ends too early");
    const map: Record<string, Packed> = Object.create(null);
    for (let index = 0; index < length; index++) {
      const name = this.value(depth + 1);
      if (typeof name === "object" && name !== null) throw new Error("a name that is no text");
      map[String(name)] = this.value(depth + 1);
    }
    return map;
  }
}

function safe(value: bigint): number | bigint {
  return value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER ? Number(value) : value;
}
