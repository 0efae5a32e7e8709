import Syscalls

/// The files that targets' paths refer to.
struct FoundFiles {
  private var identities: [FileKey: FileIdentity] = [:]
  /// How many paths refer to a file: nearly always one.
  private var paths: [FileIdentity: Int32] = [:]

  subscript(key: FileKey) -> FileIdentity? {
    get { identities[key] }
    set {
      let before = identities[key]
      if before == newValue { return }
      identities[key] = newValue
      if let before { paths[before] = paths[before].flatMap { $0 > 1 ? $0 - 1 : nil } }
      if let newValue { paths[newValue, default: 0] += 1 }
    }
  }

  var keys: [FileKey] { Array(identities.keys) }

  /// The paths that refer to a file.
  func keys(of identity: FileIdentity) -> [FileKey] {
    paths[identity] == nil ? [] : identities.filter { $0.value == identity }.map(\.key)
  }

  func keys(of targets: Set<Int>) -> [FileKey] { identities.keys.filter { targets.contains($0.target) } }

  var byTarget: [Int: [FileKey]] { Dictionary(grouping: identities.keys, by: \.target) }
}
