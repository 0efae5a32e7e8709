#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#else
  internal import Darwin
#endif

extension TimeZoneRules {
  private static let folders = [
    "/usr/share/zoneinfo/", "/usr/share/lib/zoneinfo/", "/usr/lib/locale/TZ/", "/etc/zoneinfo/",
  ]

  /// The rules of a place by its name in the time zone database. `UTC` and the empty name are UTC, `Local` is the system's
  /// zone.
  /// - Returns: `nil` when the database has no such name.
  public static func named(_ name: String) -> TimeZoneRules? {
    if name.isEmpty || name == "UTC" { return .utc }
    if name == "Local" { return .system }
    guard !name.hasPrefix("/"), !name.hasPrefix("\\"), !name.split(separator: "/").contains("..") else { return nil }
    for folder in folders {
      if let bytes = contents(folder + name) { return TimeZoneRules(name: name, file: bytes) }
    }
    return nil
  }

  /// The zone of this process: the variable `TZ`, else /etc/localtime, else UTC. Read once.
  public static let system: TimeZoneRules = {
    guard let variable = getenv("TZ") else {
      return contents("/etc/localtime").flatMap { TimeZoneRules(name: "Local", file: $0) } ?? .utc
    }
    var name = String(cString: variable)
    if name.hasPrefix(":") { name.removeFirst() }
    if name.hasPrefix("/") { return contents(name).flatMap { TimeZoneRules(name: name, file: $0) } ?? .utc }
    return name == "Local" ? .utc : named(name) ?? .utc
  }()

  private static func contents(_ path: String) -> [UInt8]? {
    guard let file = fopen(path, "rb") else { return nil }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 8192)
    while true {
      let count = fread(&chunk, 1, chunk.count, file)
      if count == 0 { break }
      bytes += chunk[..<count]
      // No file of the database is nearly as large.
      if bytes.count > 1 << 20 { return nil }
    }
    return ferror(file) == 0 ? bytes : nil
  }

  /// Reads a TZif file; `nil` when it is none.
  convenience init?(name: String, file: [UInt8]) {
    var reader = TZifReader(bytes: file)
    guard let header = reader.header() else { return nil }
    let wide = header.version > 0
    if wide {
      // The first block has 32-bit times; the second says the same with 64 bits.
      reader.skip(header.length(timeSize: 4))
      guard let second = reader.header(), let data = reader.data(second, timeSize: 8) else { return nil }
      self.init(name: name, zones: data.zones, transitions: data.transitions, rule: reader.rule())
    } else {
      guard let data = reader.data(header, timeSize: 4) else { return nil }
      self.init(name: name, zones: data.zones, transitions: data.transitions, rule: nil)
    }
  }
}

private struct TZifReader {
  let bytes: [UInt8]
  var at = 0

  init(bytes: [UInt8]) { self.bytes = bytes }

  struct Header {
    var version: Int
    var utcFlags: Int
    var standardFlags: Int
    var leapSeconds: Int
    var times: Int
    var types: Int
    var characters: Int

    func length(timeSize: Int) -> Int {
      times * (timeSize + 1) + types * 6 + characters + leapSeconds * (timeSize + 4) + standardFlags + utcFlags
    }
  }

  mutating func skip(_ count: Int) { at += count }

  mutating func header() -> Header? {
    guard at + 44 <= bytes.count, bytes[at..<(at + 4)].elementsEqual("TZif".utf8) else { return nil }
    let version = bytes[at + 4] == 0 ? 0 : Int(bytes[at + 4]) - 0x30
    at += 20
    let counts = (0..<6).map { _ in Int(integer(4)) }
    guard counts.allSatisfy({ $0 >= 0 && $0 < 1 << 16 }) else { return nil }
    return Header(
      version: version, utcFlags: counts[0], standardFlags: counts[1], leapSeconds: counts[2], times: counts[3],
      types: counts[4], characters: counts[5])
  }

  mutating func data(_ header: Header, timeSize: Int) -> (
    zones: [TimeZoneRules.Zone], transitions: [TimeZoneRules.Transition]
  )? {
    guard header.types > 0, at + header.length(timeSize: timeSize) <= bytes.count else { return nil }
    let end = at + header.length(timeSize: timeSize)
    let times = (0..<header.times).map { _ in integer(timeSize) }
    let indices = (0..<header.times).map { _ in Int(integer(1) & 0xFF) }
    let types = (0..<header.types).map { _ in
      (offset: integer(4), isDaylightSaving: integer(1), name: Int(integer(1) & 0xFF))
    }
    let names = bytes[at..<(at + header.characters)]
    at = end
    guard indices.allSatisfy({ $0 < header.types }), types.allSatisfy({ $0.name < names.count }) else { return nil }
    let zones = types.map { type in
      let name = names.dropFirst(type.name).prefix { $0 != 0 }
      return TimeZoneRules.Zone(
        offset: Int(type.offset), isDaylightSaving: type.isDaylightSaving != 0,
        abbreviation: String(decoding: name, as: UTF8.self))
    }
    return (zones, zip(times, indices).map { TimeZoneRules.Transition(at: $0, zone: $1) })
  }

  /// The rule in the last line.
  func rule() -> TimeZoneRule? {
    guard at < bytes.count, bytes[at] == UInt8(ascii: "\n") else { return nil }
    return TimeZoneRule(String(decoding: bytes[(at + 1)...].prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self))
  }

  /// A signed big-endian integer.
  private mutating func integer(_ size: Int) -> Int64 {
    var value: Int64 = bytes[at] >= 0x80 && size > 1 ? -1 : 0
    for _ in 0..<size {
      value = value << 8 | Int64(bytes[at])
      at += 1
    }
    return value
  }
}
