import JMESPath

/// A line of the files that Docker's `json-file` driver writes:
/// `{"log":"text\n","attrs":{…},"stream":"stdout","time":"2026-…Z"}`. A log without the line end goes on in a later line.
struct LoggedLine {
  var stream: OutputStream
  /// RFC 3339. Lies in the line, as the text does where it has no escapes; both hold until the next line is read.
  var time: UnsafeBufferPointer<UInt8>
  var text: UnsafeBufferPointer<UInt8>
}

/// Reads such lines one after another; nothing is allocated for a line.
final class LoggedLineReader {
  private let document = JSONDocument()
  private let fields: FieldTable

  init() {
    var fields = FieldTable()
    for name in ["log", "stream", "time"] { fields.add([name]) }
    self.fields = fields
  }

  /// - Parameter line: without its end.
  /// - Returns: nil when it is no such line, as after a power loss.
  func read(_ line: UnsafeBufferPointer<UInt8>) -> LoggedLine? {
    guard document.parse(line) else { return nil }
    let found = document.find(fields)
    let (log, stream, time) = (found[0], found[1], found[2])
    // Docker leaves a log of no bytes out.
    guard let time, document.kind(time) == .string, !document.range(time).isEmpty,
      log.map({ document.kind($0) == .string }) ?? true
    else { return nil }
    let isError = stream.map { document.string($0).elementsEqual("stderr".utf8) } ?? false
    return LoggedLine(
      stream: isError ? .stderr : .stdout, time: UnsafeBufferPointer(rebasing: line[document.range(time)]),
      text: log.map { document.string($0) } ?? UnsafeBufferPointer(rebasing: line[..<0]))
  }
}
