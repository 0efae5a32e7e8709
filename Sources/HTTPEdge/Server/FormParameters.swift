public import Hummingbird

/// The parameters of a request, from its query and, for a POST of a form, from its body. A name may come several times.
public struct FormParameters: Sendable {
  private var pairs: [(name: String, value: String)] = []

  /// - Parameter form: `a=1&b=2`, percent-encoded.
  public init(_ form: some StringProtocol) {
    for pair in form.split(separator: "&") {
      let halves = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let value = halves.count > 1 ? FormParameters.decode(halves[1]) : ""
      pairs.append((FormParameters.decode(halves[0]), value))
    }
  }

  /// Reads those of a request; the body is read when it is a form.
  public init(of request: Request, bodyLimit: Int = 1 << 20) async throws {
    self.init(request.uri.query ?? "")
    if request.method == .post,
      request.headers[.contentType]?.hasPrefix("application/x-www-form-urlencoded") == true
    {
      let body = String(decoding: try await request.bytes(limit: bodyLimit), as: UTF8.self)
      pairs = FormParameters(body).pairs + pairs
    }
  }

  /// The first value; `nil` when there is none or it is empty.
  public subscript(name: String) -> String? {
    pairs.first { $0.name == name }.flatMap { $0.value.isEmpty ? nil : $0.value }
  }

  public func all(_ name: String) -> [String] { pairs.filter { $0.name == name }.map(\.value) }

  /// Percent escapes and plus signs; what is no escape stays as it is.
  private static func decode(_ text: some StringProtocol) -> String {
    let bytes = Array(text.utf8)
    var out: [UInt8] = []
    out.reserveCapacity(bytes.count)
    var place = 0
    while place < bytes.count {
      if bytes[place] == UInt8(ascii: "+") {
        out.append(32)
      } else if bytes[place] == UInt8(ascii: "%"), place + 2 < bytes.count, let high = digit(bytes[place + 1]),
        let low = digit(bytes[place + 2])
      {
        out.append(high << 4 | low)
        place += 2
      } else {
        out.append(bytes[place])
      }
      place += 1
    }
    return String(decoding: out, as: UTF8.self)
  }

  private static func digit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case 48...57: byte - 48
    case 65...70: byte - 55
    case 97...102: byte - 87
    default: nil
    }
  }
}
