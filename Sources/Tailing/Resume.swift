import Positions
import Syscalls

/// Where reading of a file begins, decided from what is known of it. A value, without I/O.
struct Resume: Equatable {
  /// By client name: bytes.
  var offsets: [String: UInt64]

  /// - Parameters:
  ///   - known: what the identity file says of this very file (same path or a rotated name), if anything.
  ///   - inherited: what positions.yaml says of the path.
  ///   - wasOther: the path referred to another file when the last run ended.
  ///   - clients: names of all clients.
  init(known: FilePosition?, inherited: UInt64?, wasOther: Bool, size: UInt64, clients: [String]) {
    var offsets: [String: UInt64] = [:]
    if let known {
      for client in clients { offsets[client] = known.offsets[client] ?? known.acked }
      // positions.yaml was changed by someone else since, Promtail for one: it is the newer word.
      if let inherited, !known.isRotated, inherited != known.acked {
        for client in clients { offsets[client] = inherited }
      }
    } else if let inherited, !wasOther {
      for client in clients { offsets[client] = inherited }
    }
    for client in clients {
      let offset = offsets[client] ?? 0
      // Shorter than what was read: another file, or truncated; from its beginning.
      offsets[client] = offset > size ? 0 : offset
    }
    self.offsets = offsets
  }
}
