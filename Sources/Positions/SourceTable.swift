/// How far sources are that are no files, per client.
struct SourceTable {
  var places: SourcePlaces = [:]

  /// Of a client that nothing was acknowledged by.
  static let beginning = SourcePlace(entry: "", time: .min)

  init() {}

  init(_ stored: StoredPositions) {
    places = stored.sources
    // Someone else wrote positions.yaml since, Promtail perhaps: then that is the newer word.
    let written = entries
    for key in places.keys where stored.entries[key.entry] != written[key.entry] { places[key] = nil }
  }

  /// A client that is new begins where the slowest is.
  func place(of key: SourceKey, client: String) -> SourcePlace? {
    let place = places[key].flatMap { $0[client] ?? $0.values.min { $0.time < $1.time } }
    return place == Self.beginning ? nil : place
  }

  /// What positions.yaml says: of each source the place of the client that is furthest behind.
  var entries: [String: String] {
    var slowest: [String: SourcePlace] = [:]
    for (key, places) in places {
      for place in places.values where place.time < slowest[key.entry]?.time ?? .max { slowest[key.entry] = place }
    }
    return slowest.mapValues(\.entry).filter { !$0.value.isEmpty }
  }
}
