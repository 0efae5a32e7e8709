/// A place in a configuration file. Line and column count from 1; line 0 means the place as a whole (a flag, a default).
public struct SourceLocation: Hashable, Sendable {
  /// The file's path as the user gave it, or what stands for one (`-client.url`).
  public var file: String
  public var line: Int
  public var column: Int

  public init(file: String, line: Int = 0, column: Int = 0) {
    self.file = file
    self.line = line
    self.column = column
  }

  /// For values nobody wrote.
  public static let none = SourceLocation(file: "")
}

extension SourceLocation: CustomStringConvertible {
  /// `file:line:column`, the form editors and terminals jump to.
  public var description: String {
    line == 0 ? file : "\(file):\(line):\(column)"
  }
}
