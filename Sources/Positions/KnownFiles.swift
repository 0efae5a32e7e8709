import Syscalls

/// What the last run knew of files, and what was let go of since, until someone takes it over.
struct KnownFiles {
  private var byNumber: [Int: FilePosition] = [:]
  private var byPath: [String: [Int]] = [:]
  private var byIdentity: [FileIdentity: [Int]] = [:]
  private var next = 0

  init(_ positions: [FilePosition] = []) { for position in positions { append(position) } }

  /// In the order in which they came.
  var all: [FilePosition] { positions(Array(byNumber.keys)) }

  func of(path: String, job: String) -> [FilePosition] { positions(byPath[path] ?? []).filter { $0.job == job } }

  func of(identity: FileIdentity, job: String) -> [FilePosition] {
    positions(byIdentity[identity] ?? []).filter { $0.job == job }
  }

  /// What several targets of a job knew of one file is known once: each reads on where the slowest was.
  mutating func append(_ position: FilePosition) {
    let same = (byPath[position.path] ?? []).first {
      byNumber[$0]!.job == position.job && byNumber[$0]!.identity == position.identity
        && byNumber[$0]!.isRotated == position.isRotated
    }
    if let same {
      byNumber[same]!.offsets.merge(position.offsets) { min($0, $1) }
      return
    }
    byNumber[next] = position
    byPath[position.path, default: []].append(next)
    byIdentity[position.identity, default: []].append(next)
    next += 1
  }

  mutating func remove(path: String, job: String, identity: FileIdentity) {
    remove(from: byPath[path] ?? []) { $0.job == job && $0.identity == identity }
  }

  /// Removes those under paths that are gone, but for files that were rotated away from there.
  mutating func removeCurrent(paths: Set<String>) {
    for path in paths { remove(from: byPath[path] ?? []) { !$0.isRotated } }
  }

  private mutating func remove(from numbers: [Int], where isGone: (FilePosition) -> Bool) {
    for number in numbers {
      guard let position = byNumber[number], isGone(position) else { continue }
      byNumber[number] = nil
      byPath.remove(number, at: position.path)
      byIdentity.remove(number, at: position.identity)
    }
  }

  private func positions(_ numbers: [Int]) -> [FilePosition] { numbers.sorted().compactMap { byNumber[$0] } }
}

extension Dictionary where Value == [Int] {
  fileprivate mutating func remove(_ number: Int, at key: Key) {
    self[key]?.removeAll { $0 == number }
    if self[key]?.isEmpty == true { self[key] = nil }
  }
}
