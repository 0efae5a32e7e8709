import Testing

@testable import Pipeline

@Suite struct HashedTableTests {
  @Test func every_key_is_found_and_others_are_not() {
    var table = HashedTable<Int>()
    let keys = (0..<1000).map { UInt64($0) &* 8 }
    for (value, key) in keys.enumerated() { _ = table.add(key, value) }
    for (value, key) in keys.enumerated() {
      let place = table.place(of: key)
      #expect(place.map { table[place: $0] } == value)
    }
    let missing = table.place(of: 4)
    #expect(missing == nil)
  }

  @Test func what_is_left_after_taking_away_is_found() {
    var table = HashedTable<Int>()
    for value in 0..<100 { _ = table.add(UInt64(value) &* 0x9E37_79B9, value) }
    table.removeAll { $0 % 2 == 0 }
    #expect(table.count == 50)
    for value in 0..<100 {
      let place = table.place(of: UInt64(value) &* 0x9E37_79B9)
      #expect((place != nil) == (value % 2 == 1))
    }
  }
}
