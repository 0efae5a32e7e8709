/// FIPS 202.
enum SHA3 {
  /// Bytes of a block that take in the message, for a hash of 256 bits.
  private static let rate = 136

  static func hash256(_ message: [UInt8]) -> [UInt8] {
    var padded = message
    padded.append(0x06)
    while padded.count % rate != 0 { padded.append(0) }
    padded[padded.count - 1] |= 0x80
    var state = [UInt64](repeating: 0, count: 25)
    for block in stride(from: 0, to: padded.count, by: rate) {
      for place in 0..<rate { state[place / 8] ^= UInt64(padded[block + place]) << UInt64(place % 8 * 8) }
      permute(&state)
    }
    return (0..<32).map { UInt8(truncatingIfNeeded: state[$0 / 8] >> UInt64($0 % 8 * 8)) }
  }

  private static func permute(_ state: inout [UInt64]) {
    var columns = [UInt64](repeating: 0, count: 5)
    for constant in roundConstants {
      for x in 0..<5 { columns[x] = state[x] ^ state[x + 5] ^ state[x + 10] ^ state[x + 15] ^ state[x + 20] }
      for x in 0..<5 {
        let next = columns[(x + 1) % 5]
        let mixed = columns[(x + 4) % 5] ^ (next << 1 | next >> 63)
        for y in stride(from: 0, to: 25, by: 5) { state[x + y] ^= mixed }
      }
      var carried = state[1]
      for step in 0..<24 {
        let place = places[step]
        let turn = turns[step]
        (state[place], carried) = (carried << turn | carried >> (64 - turn), state[place])
      }
      for y in stride(from: 0, to: 25, by: 5) {
        for x in 0..<5 { columns[x] = state[y + x] }
        for x in 0..<5 { state[y + x] = columns[x] ^ ~columns[(x + 1) % 5] & columns[(x + 2) % 5] }
      }
      state[0] ^= constant
    }
  }

  private static let places = [
    10, 7, 11, 17, 18, 3, 5, 16, 8, 21, 24, 4, 15, 23, 19, 13, 12, 2, 20, 14, 22, 9, 6, 1,
  ]

  private static let turns: [UInt64] = [
    1, 3, 6, 10, 15, 21, 28, 36, 45, 55, 2, 14, 27, 41, 56, 8, 25, 43, 62, 18, 39, 61, 20, 44,
  ]

  /// The bits of a shift register, spread over words.
  private static let roundConstants: [UInt64] = {
    var register: UInt8 = 1
    return (0..<24).map { _ in
      var constant: UInt64 = 0
      for bit in 0..<7 {
        if register & 1 != 0 { constant |= 1 << (1 << UInt64(bit) - 1) }
        register = register << 1 ^ (register & 0x80 != 0 ? 0x71 : 0)
      }
      return constant
    }
  }()
}
