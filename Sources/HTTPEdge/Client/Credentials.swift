import Syscalls

/// How requests prove who sends them. Secrets in files are read for each request, so that rotated ones count at once.
public enum Credentials: Sendable {
  /// A secret, or the file that holds it.
  public enum Secret: Sendable {
    case inline(String)
    case file(String)

    func read() throws -> String {
      switch self {
      case .inline(let text): return text
      case .file(let path):
        switch LinuxFileSystem().readWhole(path) {
        case .success(let bytes): return String(decoding: bytes, as: UTF8.self).trimmed
        case .failure(let error): throw CredentialError(description: "cannot read \(path): \(error)")
        }
      }
    }
  }

  case none
  case basic(user: Secret, password: Secret)
  /// `Authorization: TYPE SECRET`, such as a bearer token.
  case token(type: String, secret: Secret)

  /// The value of the Authorization header, if there is one.
  func header() throws -> String? {
    switch self {
    case .none: return nil
    case .basic(let user, let password):
      return "Basic " + Base64.encode(Array("\(try user.read()):\(try password.read())".utf8))
    case .token(let type, let secret): return "\(type) \(try secret.read())"
    }
  }
}

struct CredentialError: Error, CustomStringConvertible {
  var description: String
}

/// RFC 4648, section 4.
enum Base64 {
  static func encode(_ bytes: [UInt8]) -> String {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    var out: [UInt8] = []
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let part = bytes[start..<min(start + 3, bytes.count)]
      var value = 0
      for index in 0..<3 { value = value << 8 | (index < part.count ? Int(part[start + index]) : 0) }
      for index in 0..<4 {
        out.append(index <= part.count ? alphabet[value >> (18 - 6 * index) & 63] : UInt8(ascii: "="))
      }
    }
    return String(decoding: out, as: UTF8.self)
  }
}

extension String {
  fileprivate var trimmed: String {
    var text = Substring(self)
    while let last = text.last, last.isWhitespace { text.removeLast() }
    while let first = text.first, first.isWhitespace { text.removeFirst() }
    return String(text)
  }
}
