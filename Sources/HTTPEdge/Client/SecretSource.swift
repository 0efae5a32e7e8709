import Syscalls

/// A secret, or the file that holds it. Files are read whenever the secret is needed, so that rotated ones count at once.
public enum SecretSource: Hashable, Sendable, CustomStringConvertible {
  case inline(String)
  case file(String)

  /// The file wins if there is one.
  public init(_ text: String, file: String) { self = file.isEmpty ? .inline(text) : .file(file) }

  /// The file that holds it, if one does.
  var path: String? {
    if case .file(let path) = self { path } else { nil }
  }

  /// White space around the text of a file is not part of it.
  func read() throws -> String {
    switch self {
    case .inline(let text): return text
    case .file(let path):
      switch LinuxFileSystem().readWhole(path) {
      case .success(let bytes): return String(decoding: bytes, as: UTF8.self).trimmed
      case .failure(let error): throw WebClientError("cannot read \(path): \(error)")
      }
    }
  }

  /// Never the secret itself.
  public var description: String {
    switch self {
    case .inline: "<secret>"
    case .file(let path): path
    }
  }
}

/// Why there was no answer. Never holds a secret.
public struct WebClientError: Error, CustomStringConvertible {
  public var description: String

  public init(_ description: String) { self.description = description }
}

extension String {
  fileprivate var trimmed: String {
    var text = Substring(self)
    while let last = text.last, last.isWhitespace { text.removeLast() }
    while let first = text.first, first.isWhitespace { text.removeFirst() }
    return String(text)
  }
}
