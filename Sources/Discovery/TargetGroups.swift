/// The groups that one discovery found, by their sources.
public struct TargetGroups: Sendable {
  /// Those with targets.
  public private(set) var all: [TargetGroup] = []
  /// Targets of all groups.
  public private(set) var targetCount = 0
  /// Where the group of a source is.
  private var places: [String: Int] = [:]

  public init() {}

  public subscript(source: String) -> TargetGroup? { places[source].map { all[$0] } }

  /// Puts a group in the place of that with the same source; one without targets removes it.
  /// - Returns: whether anything changed.
  @discardableResult
  public mutating func put(_ group: TargetGroup) -> Bool {
    guard let place = places[group.source] else {
      if group.targets.isEmpty { return false }
      places[group.source] = all.count
      all.append(group)
      targetCount += group.targets.count
      return true
    }
    if all[place] == group { return false }
    targetCount += group.targets.count - all[place].targets.count
    if !group.targets.isEmpty {
      all[place] = group
      return true
    }
    // The last one takes its place: one that goes costs the same among thousands.
    places[group.source] = nil
    let last = all.removeLast()
    if place < all.count {
      all[place] = last
      places[last.source] = place
    }
    return true
  }

  /// Puts these in the place of all. Of several with one source the last counts.
  /// - Returns: the sources whose groups changed.
  public mutating func replace(_ groups: [TargetGroup]) -> [String] {
    let new = Dictionary(groups.map { ($0.source, $0) }, uniquingKeysWith: { _, last in last })
    let gone = all.map(\.source).filter { new[$0] == nil }
    for source in gone { put(.gone(source)) }
    return gone + groups.compactMap { group in new[group.source].flatMap { put($0) ? group.source : nil } }
  }
}
